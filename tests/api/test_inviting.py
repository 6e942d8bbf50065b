"""Inviting over the API: the owner makes a code and stops it; whoever holds it reads who invites, and nothing else."""

import pytest

from providers.models import Enterprise
from providers.services.listings import publish
from tests import cast
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_code_is_told_once_read_by_anybody_and_stopped_by_its_owner(set_clock) -> None:
    set_clock(cast.AT)
    listing = cast.home_visits()
    publish(listing=listing, by=cast.hodan(), at=cast.AT)
    shop, hodan, anybody = Enterprise.objects.get(owner=cast.hodan()), Api(cast.hodan()), Api(None)
    made = hodan.post("invitations/", {"enterprise": shop.pk}, status=201)
    code, row = made["code"], made["invitation"]
    said = anybody.post("invitations/read/", {"code": f" {code.upper().replace('-', ' ')}"})
    assert said == {"enterprise": shop.pk, "name": shop.name, "about": shop.about, "listings": [listing.pk]}
    assert hodan.rows(f"invitations/?enterprise={shop.pk}&is_stopped=false") == [row]
    assert code not in str(hodan.rows("invitations/"))
    Api(cast.amina()).post(f"invitations/{row['id']}/stop/", status=404)
    hodan.post(f"invitations/{row['id']}/stop/")
    assert hodan.rows("invitations/?is_stopped=false") == []
    assert len(hodan.rows("invitations/?is_stopped=true")) == 1
    for wrong in (code, "k7mp-4xqd"):
        anybody.post("invitations/read/", {"code": wrong}, status=404)
    anybody.post("invitations/read/", {"code": ""}, status=400)
    Api(cast.amina()).post("invitations/", {"enterprise": shop.pk}, status=403)
