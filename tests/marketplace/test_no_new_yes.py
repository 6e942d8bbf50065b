"""In a group that is stopped nobody says a new yes: the provider's, by which everybody would have to pay, is none either."""

import pytest

from marketplace.services import signing
from pooling.services import endings
from pooling.services.membership_records import NoNewYes
from tests import cast, cast_market

pytestmark = pytest.mark.django_db


def test_a_provider_says_no_yes_in_a_group_that_is_stopped() -> None:
    story = cast_market.walk()
    agreement = story.propose(weeks=6)
    story.sign()
    endings.freeze(cluster=story.cluster, reason="A worry.", by=cast.operator(), at=story.at)
    with pytest.raises(NoNewYes):
        signing.sign_as_provider(agreement=agreement, by=cast.hodan(), at=story.at)
    agreement.refresh_from_db()
    assert agreement.state == "half_signed"
