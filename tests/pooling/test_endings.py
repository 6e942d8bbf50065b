"""A group is stopped and goes on, is given up before it began, ends, and is over when every penny is where it belongs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from ledger import selectors as book
from people.services.approvals import NeedsApproval
from pooling.books import Lot
from pooling.models import Cluster, Membership, Withdrawal
from pooling.rules import CLUSTER, CLUSTER_FINAL, NotNow
from pooling.services import calls, earmarks, endings, holds, memberships, proposals, shares
from pooling.services.admissions import GroupTakesNobody
from pooling.services.membership_records import NoNewYes
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town, build_town
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _world() -> tuple[Town, Any]:
    town = build_town()
    return town, cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT, facilitator=town.ruth)


made = kept(_world)


@pytest.fixture
def world(made: Any) -> Any:
    return again(made)


@pytest.fixture
def town(world: Any) -> Town:
    found: Town = world[0]
    return found


@pytest.fixture
def three(world: Any) -> tuple[Cluster, list[Membership]]:
    found: tuple[Cluster, list[Membership]] = world[1]
    return found


def state_of(cluster: Cluster) -> str:
    cluster.refresh_from_db()
    return cluster.state


def stopped(town: Town, cluster: Cluster) -> Cluster:
    return endings.freeze(cluster=cluster, reason="Somebody is frightened of a visitor", by=town.operator, at=AT)


def test_an_operator_or_a_holder_of_its_money_stops_a_group_with_a_reason_for_three_working_days(town: Town, three: Any) -> None:
    cluster, places = three
    for by in (town.amina, town.ruth, town.stranger, town.sam, town.colin):
        with pytest.raises(NotAllowed):
            endings.freeze(cluster=cluster, reason="A worry", by=by, at=AT)
    with pytest.raises(endings.SayWhy):
        endings.freeze(cluster=cluster, reason="  ", by=town.operator, at=AT)
    cast_pooling.promised(places[1], cast_pooling.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT), at=AT)
    row = endings.freeze(cluster=cluster, reason="Fraud", by=town.sam, at=AT)
    assert (row.state, row.frozen_until) == ("frozen", AT + 3 * DAY)
    assert Fact.objects.filter(kind="pooling.group_frozen", subject=f"cluster:{cluster.pk}").count() == 1
    assert endings.advance_due(at=AT + 3 * DAY - timedelta(seconds=1)) == 0
    assert endings.advance_due(at=AT + 3 * DAY) == 1
    assert state_of(cluster) == "active"


def test_it_stays_stopped_only_by_another_person_each_time(town: Town, three: Any) -> None:
    cluster, _ = three
    stopped(town, cluster)
    with pytest.raises(endings.SecondPersonNeeded):
        endings.renew(cluster=cluster, by=town.operator, at=AT + DAY)
    row = endings.renew(cluster=cluster, by=cast.second_operator(), at=AT + DAY)
    assert row.frozen_until == AT + 4 * DAY


def test_two_people_let_a_stopped_group_go_on_before_its_time(town: Town, three: Any) -> None:
    cluster, _ = three
    stopped(town, cluster)
    second = cast.second_operator()
    with pytest.raises(NeedsApproval):
        endings.unfreeze(cluster=cluster, by=second, at=AT)
    endings.propose_unfreeze(cluster=cluster, reason="It was cleared up", by=town.operator, at=AT)
    with pytest.raises(NotAllowed):
        endings.unfreeze(cluster=cluster, by=town.operator, at=AT)
    assert endings.unfreeze(cluster=cluster, by=second, at=AT).state == "active"


def test_what_was_asked_while_it_was_stopped_before_lets_nothing_go_on_now(town: Town, three: Any) -> None:
    cluster, _ = three
    stopped(town, cluster)
    endings.propose_unfreeze(cluster=cluster, reason="It was cleared up", by=town.operator, at=AT)
    assert endings.advance_due(at=AT + 4 * DAY) == 1
    endings.freeze(cluster=cluster, reason="Money was stolen", by=town.operator, at=AT + 5 * DAY)
    with pytest.raises(NeedsApproval):
        endings.unfreeze(cluster=cluster, by=cast.second_operator(), at=AT + 5 * DAY)


def test_while_it_is_stopped_no_money_leaves_for_a_provider_and_a_persons_own_goes_home(town: Town, three: Any) -> None:
    cluster, (amina, *_) = three
    portion = cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    pledge = cast_pooling.promised(amina, portion, at=AT)
    hold = _held(town, amina, portion, pledge, 3000)
    stopped(town, cluster)
    with pytest.raises(holds.GroupIsStopped):
        holds.release(hold=hold, pence=3000, payee_id=1, about="share:1", by=None, at=AT)
    with pytest.raises(NoNewYes):
        cast_pooling.earmarked(pledge, at=AT, agreement=2, pence=100)
    kept = pledge.earmarks.get()
    with pytest.raises(NoNewYes):
        earmarks.raise_to(earmark=kept, pence=kept.pence + 1, by=town.amina, at=AT)
    with pytest.raises(NoNewYes):
        cast_pooling.promised(amina, portion, at=AT)
    with pytest.raises(GroupTakesNobody):
        memberships.invite(cluster=cluster, person=town.stranger, by=town.amina, at=AT)
    holds.give_back(hold=hold, pence=3000, by=None, at=AT)
    lot = Lot(amina.pk, portion.pk, portion.council_code)
    assert book.balance(lot.share) == 3000
    shares.withdraw(membership=amina, portion=portion, pence=3000, by=town.amina, at=AT)
    assert (book.balance(lot.share), Withdrawal.objects.get().pence) == (0, 3000)


def _held(town: Town, place: Membership, portion: Any, pledge: Any, pence: int) -> Any:
    call = cast_pooling.called(cast_pooling.earmarked(pledge, at=AT, pence=pence), share=1, pence=pence, at=AT)
    town.bank.pays(calls.pay_by_card(call=call, success_url="http://127.0.0.1/a", cancel_url="http://127.0.0.1/b", by=place.person, at=AT))
    part = holds.HoldPart(1, place.pk, portion.pk, pence)
    return holds.place(about_kind="milestone", about_id=1, parts=[part], at=AT)[1]


def test_the_group_decides_to_end_money_goes_home_and_then_it_is_over(town: Town, three: Any) -> None:
    cluster, places = three
    applied = memberships.apply(cluster=cluster, answers="May I?", by=cast.somebody("maryan@example.com", "Maryan Ali"), at=AT)
    question = proposals.put_to_group(cluster=cluster, kind="wind_down", title="Shall we end?", text="", urgent=True, by=town.amina, at=AT)
    assert (question.about_kind, question.about_id, question.rule) == ("cluster", cluster.pk, "everyone")
    for place in places:
        proposals.cast(proposal=question, membership=place, answer="yes", by=place.person, at=AT)
    assert state_of(cluster) == "active"
    proposals.advance_due(at=AT + 3 * DAY)
    assert state_of(cluster) == "winding_down"
    assert Fact.objects.filter(kind="pooling.group_ending").count() == 1
    applied.refresh_from_db()
    assert (applied.state, applied.end_reason) == ("declined", "The group has ended.")
    assert endings.advance_due(at=AT + 3 * DAY) == 1
    assert (state_of(cluster), {one.state for one in cluster.memberships.exclude(pk=applied.pk)}) == ("closed", {"settled"})


def test_a_group_that_ends_waits_for_money_on_its_way_home(town: Town, three: Any) -> None:
    cluster, (amina, *_) = three
    portion = cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    pledge = cast_pooling.promised(amina, portion, at=AT)
    hold = _held(town, amina, portion, pledge, 3000)
    Cluster.objects.filter(pk=cluster.pk).update(state="winding_down")
    assert endings.advance_due(at=AT) == 0
    holds.give_back(hold=hold, pence=3000, by=None, at=AT)
    pledge.earmarks.update(state="dropped")
    assert endings.advance_due(at=AT) == 1
    assert Withdrawal.objects.get().pence == 3000
    assert (endings.advance_due(at=AT), state_of(cluster)) == (0, "winding_down")
    assert book.balance(Lot(amina.pk, portion.pk, portion.council_code).refund) == 3000


def test_a_group_of_one_ends_after_thirty_days_and_not_when_somebody_comes(town: Town, three: Any) -> None:
    cluster, (_, *others) = three
    cluster.memberships.filter(pk__in=[one.pk for one in others]).update(state="settled")
    assert endings.advance_due(at=AT) == 1
    assert endings.advance_due(at=AT + 29 * DAY) == 0
    with transaction.atomic():
        cast_pooling.joined(cluster, cast.somebody("maryan@example.com", "Maryan Ali", is_seen=True), by=town.amina, at=AT + 29 * DAY)
        assert endings.advance_due(at=AT + 30 * DAY) == 1
        assert (state_of(cluster), cluster.alone_since) == ("active", None)
        transaction.set_rollback(True)
    assert endings.advance_due(at=AT + 30 * DAY) == 2  # it ends; and with no money in it, it is over
    assert state_of(cluster) == "closed"


def test_another_person_than_who_stopped_it_ends_a_stopped_group(town: Town, three: Any) -> None:
    cluster, _ = three
    stopped(town, cluster)
    with pytest.raises(endings.SecondPersonNeeded):
        endings.end_frozen(cluster=cluster, reason="The arrangement ended", by=town.operator, at=AT)
    assert endings.end_frozen(cluster=cluster, reason="The arrangement ended", by=cast.second_operator(), at=AT).state == "winding_down"


def test_a_group_that_never_began_is_given_up_by_its_facilitator_or_its_only_person(town: Town) -> None:
    cluster, [place] = cast_pooling.group(town.amina, at=AT, facilitator=town.ruth)
    waiting = memberships.invite(cluster=cluster, person=town.yusuf, by=town.amina, at=AT)
    for by in (town.yusuf, town.operator, town.stranger):
        with pytest.raises(NotAllowed):
            endings.abandon(cluster=cluster, by=by, at=AT)
    with transaction.atomic():
        assert endings.abandon(cluster=cluster, by=town.amina, at=AT).state == "cancelled"
        transaction.set_rollback(True)
    assert endings.abandon(cluster=cluster, by=town.ruth, at=AT).state == "cancelled"
    place.refresh_from_db()
    waiting.refresh_from_db()
    assert (place.state, waiting.state) == ("settled", "expired")


def test_every_verb_of_a_group_is_done_in_the_states_of_the_table_and_refused_in_all_others(town: Town, three: Any) -> None:
    cluster, _ = three
    second = cast.second_operator()
    frozen = {"frozen_at": AT, "frozen_until": AT + DAY, "frozen_by": town.operator, "freeze_reason": "A worry"}
    verbs: dict[str, tuple[str, Callable[[], object]]] = {
        "freeze": ("freeze", lambda: endings.freeze(cluster=cluster, reason="A worry", by=town.operator, at=AT)),
        "renew": ("renew", lambda: endings.renew(cluster=cluster, by=second, at=AT)),
        "unfreeze": ("unfreeze", lambda: _let_go_on(cluster, town, second)),
        "end_frozen": ("wind_down", lambda: endings.end_frozen(cluster=cluster, reason="It is over", by=second, at=AT)),
        "abandon": ("abandon", lambda: endings.abandon(cluster=cluster, by=town.ruth, at=AT)),
    }
    for state in sorted({state for state, _ in CLUSTER if state} | CLUSTER_FINAL):
        for name, (verb, do) in verbs.items():
            allowed = (state, verb) in CLUSTER and not (name == "end_frozen" and state == "active")
            with transaction.atomic():
                Cluster.objects.filter(pk=cluster.pk).update(state=state, **frozen)
                if allowed:
                    do()
                    assert state_of(cluster) == CLUSTER[state, verb], (state, name)
                else:
                    with pytest.raises(NotNow):
                        do()
                    assert state_of(cluster) == state, (state, name)
                transaction.set_rollback(True)


def _let_go_on(cluster: Cluster, town: Town, second: Any) -> object:
    endings.propose_unfreeze(cluster=cluster, reason="Cleared up", by=town.operator, at=AT)
    return endings.unfreeze(cluster=cluster, by=second, at=AT)
