"""What who helps a group may and may not do: every line of her page (frontend.presenters.hosting), tried."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.errors import NotAllowed, Refusal
from frontend.presenters import hosting
from marketplace.services import shares, signing
from people.services import people
from pooling.models import AdmissionAnswer, Ballot, Budget, Cluster, InCommon, Membership, Pledge, Proposal
from pooling.selectors import cluster_money
from pooling.services import budgets, charters, clusters, in_common, interests, meetings, memberships, pledges, proposals
from pooling.services import shares as own_money
from pooling.services.clusters import NoSuchFacilitator
from pooling.services.membership_records import NotAsked
from tests import cast, cast_market, cast_pooling
from tests.cast import AT
from tests.pooling.test_groups import ANSWERS
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
REFUSED = (NotAllowed, NotAsked)


def group() -> tuple[Cluster, list[Membership]]:
    """Amina's and Yusuf's, with Ruth beside them."""
    return cast_pooling.group(cast.amina(), cast.yusuf(), at=AT, facilitator=cast.ruth())


def asked_in(cluster: Cluster) -> Membership:
    return memberships.apply(cluster=cluster, answers="", by=cast.halima(), at=AT)


# --- may ---


def may_host() -> None:
    for person in (cast.amina(), cast.yusuf(), cast.halima()):
        interests.would_like(category="home_jobs", outcode="SE15", parts_of_week=["weekend"], by=person, at=AT)
    interests.match_due(at=AT)
    rows = cast.amina().interests.model.objects.all()
    assert meetings.introduce(interests=list(rows), meets_at=AT + timedelta(days=1), place="The library", by=cast.ruth(), at=AT).pk


def may_vouch() -> None:
    assert people.vouch(person=cast.stranger(), level="seen", by=cast.ruth(), at=AT).sureness == "seen"


def may_letter() -> None:
    cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)
    assert Budget.objects.get().sureness == "seen"


def may_suggest() -> None:
    cluster, _ = group()
    assert memberships.invite(cluster=cluster, person=cast.halima(), by=cast.ruth(), at=AT).state == "proposed"


def question(cluster: Cluster, **more: Any) -> Proposal:
    return proposals.put_to_group(cluster=cluster, kind="other", title="Shall we have tea?", text="On Sunday.", by=cast.ruth(), at=AT, **more)


def may_ask() -> None:
    cluster, _ = group()
    assert question(cluster).state == "discussion"
    assert question(cluster, urgent=True).state == "voting"


def may_read() -> None:
    cluster, places = group()
    assert set(Membership.objects.visible_to(cast.ruth())) == set(places)
    client = signed_in(cast.ruth())
    shown = client.get(reverse("group", args=[cluster.pk])).content.decode()
    assert "Amina" in shown
    assert "Farah" not in shown


# --- may not ---


def may_not_answer() -> None:
    cluster, [amina, _] = group()
    row = question(cluster, urgent=True)
    assert not row.ballots.filter(membership__person=cast.ruth()).exists()
    with pytest.raises(Refusal):
        proposals.cast(proposal=row, membership=amina, answer="yes", by=cast.ruth(), at=AT)
    assert not Ballot.objects.exclude(answer="").exists()


def may_not_admit() -> None:
    cluster, _ = group()
    place = asked_in(cluster)
    for yes in (True, False):
        with pytest.raises(NotAsked):
            memberships.answer(membership=place, yes=yes, reason="x", by=cast.ruth(), at=AT)
    assert not AdmissionAnswer.objects.filter(yes__isnull=False, membership=place).exists()


def may_not_welcome() -> None:
    cluster, _ = group()
    place = cast_pooling.joined(cluster, cast.halima(), by=cast.amina(), at=AT)
    with pytest.raises(NotAsked):
        memberships.confirm(membership=place, by=cast.ruth(), at=AT)


def may_not_sign() -> None:
    cluster, [amina, _] = group()
    with pytest.raises(NotAllowed):
        charters.sign(charter=cluster.charters.get(), membership=amina, by=cast.ruth(), at=AT)


def may_not_rules() -> None:
    cluster, _ = group()
    with pytest.raises(NotAllowed):
        charters.propose_new(cluster=cluster, changes={"notice_days": 7}, by=cast.ruth(), at=AT)


def may_not_join() -> None:
    cluster, [amina, _] = group()
    place = memberships.answer(membership=asked_in(cluster), yes=True, by=cast.amina(), at=AT)
    place = memberships.answer(membership=place, yes=True, by=cast.yusuf(), at=AT)
    deeds: list[Callable[[], object]] = [
        lambda: memberships.accept_charter(membership=place, by=cast.ruth(), at=AT),
        lambda: memberships.decline(membership=place, by=cast.ruth(), at=AT),
        lambda: memberships.apply(cluster=cluster, answers="", person=cast.stranger(), by=cast.ruth(), at=AT),
        lambda: memberships.leave_now(membership=amina, by=cast.ruth(), at=AT),
        lambda: clusters.start(**ANSWERS, person=cast.amina(), by=cast.ruth(), at=AT),
        lambda: interests.would_like(category="meals", outcode="SE15", parts_of_week=["weekend"], person=cast.amina(), by=cast.ruth(), at=AT),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()


def may_not_promise() -> None:
    _, [amina, _] = group()
    portion = cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)
    promise: dict[str, Any] = {"weekly_pence": 100, "weeks": 1, "starts_on": AT.date() + timedelta(days=7)}
    with pytest.raises(NotAllowed):
        pledges.promise(membership=amina, portion=portion, by=cast.ruth(), at=AT, **promise)
    mine = cast_pooling.promised(amina, portion, at=AT)
    with pytest.raises(NotAllowed):
        pledges.cancel(pledge=mine, by=cast.ruth(), at=AT)


def may_not_pay() -> None:
    _, [amina, _] = group()
    portion = cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)
    with pytest.raises(NotAllowed):
        own_money.withdraw(membership=amina, portion=portion, pence=1, by=cast.ruth(), at=AT)
    with pytest.raises(NotAllowed):
        budgets.vouch(budget=portion.budget, level="confirmed", by=cast.ruth(), at=AT)


def may_not_agreement() -> None:
    story = cast_market.walk()
    story.propose()
    deeds: list[Callable[[], object]] = [
        lambda: signing.decline_as_payer(agreement=story.agreement, membership=story.places["Amina"], by=cast.ruth(), at=story.at),
        lambda: signing.sign_as_payer(agreement=story.agreement, pledge=story.promises["Amina"], related="none", by=cast.ruth(), at=story.at),
    ]
    for deed in deeds:
        with pytest.raises(REFUSED):
            deed()


def may_not_happened() -> None:
    """Nobody asked her to write down an answer: she says neither yes, nor part of it, nor that something was wrong."""
    story = cast_market.asked()
    share = story.shares("Amina")[0]
    deeds: list[Callable[[], object]] = [
        lambda: shares.yes(share=share, by=cast.ruth(), at=story.at),
        lambda: shares.part_yes(share=share, answers=[], words="Half of it.", by=cast.ruth(), at=story.at),
        lambda: shares.question(share=share, words="No.", by=cast.ruth(), at=story.at),
        lambda: shares.record_for_person(share=share, answers=[], words="She told me.", by=cast.ruth(), at=story.at),
    ]
    for deed in deeds:
        with pytest.raises(Refusal):
            deed()
    share.refresh_from_db()
    assert share.state == "asked"


def may_not_money() -> None:
    cluster, [amina, yusuf] = group()
    portion = cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)
    cast_pooling.promised(amina, portion, at=AT)
    assert not Pledge.objects.visible_to(cast.ruth()).exists()
    seen = cluster_money(cluster, cast.ruth())
    assert (seen.own_weekly_pence, seen.total_weekly_pence) == (0, None)
    assert yusuf.is_in


def may_not_private() -> None:
    group()
    in_common.say(kind="faith", word="muslim", agreed=True, shown=True, by=cast.amina(), at=AT)
    assert not InCommon.objects.visible_to(cast.ruth()).exists()
    client = signed_in(cast.ruth())
    for page in (reverse("group", args=[Cluster.objects.get().pk]), reverse("helping"), reverse("hosting")):
        assert "Muslim" not in client.get(page).content.decode()


def may_not_hire_self() -> None:
    ruth = people.vouch(person=cast.ruth(), level="seen", by=cast.operator(), at=AT)
    cluster, _ = cast_pooling.group(ruth, cast.yusuf(), at=AT)
    with pytest.raises(NoSuchFacilitator):
        clusters.ask_facilitator(cluster=cluster, facilitator=cast.ruth(), by=cast.yusuf(), at=AT)


@pytest.fixture(autouse=True)
def _as_of(set_clock: Callable[[Any], None]) -> None:
    set_clock(AT)


@pytest.mark.parametrize("key", [line.key for line in hosting.MAY])
def test_she_may(key: str) -> None:
    globals()[f"may_{key}"]()


@pytest.mark.parametrize("key", [line.key for line in hosting.MAY_NOT])
def test_she_may_not(key: str) -> None:
    globals()[f"may_not_{key}"]()
