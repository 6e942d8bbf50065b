"""Papers: seen by an operator without a link to the provider, from the original, counting from day to day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Entry, Fact
from people.models import Person
from providers.models import Check, Enterprise, Worker
from providers.rules import CHECK, in_words, last_day, missing, needed
from providers.selectors import checks_live, checks_needed, checks_shown, checks_to_look_at, what_is_left
from providers.services import checks, enterprises
from providers.services.checks import (
    AlreadyWaiting,
    CheckIsOver,
    DateIsWrong,
    DatesDiffer,
    FirstCannotBeSecond,
    HowIsMissing,
    LastDayIsMissing,
    LastFourAreWrong,
    PaperHasRunOut,
    ReasonIsMissing,
    WorkerIsMissing,
)
from tests import cast
from tests.cast import AT, SOUTHWARK

pytestmark = pytest.mark.django_db
TODAY = AT.date()


@pytest.fixture
def fatuma() -> Enterprise:
    """Works alone, has shown nothing yet."""
    owner = cast.somebody("fatuma@example.com", "Fatuma Ali")
    return enterprises.register(name="Fatuma cooks", outcode="SE15", council_code=SOUTHWARK, by=owner, at=AT)


def ask(enterprise: Enterprise, kind: str = "identity", **more: object) -> Check:
    return checks.ask(**{"enterprise": enterprise, "kind": kind, "issued_on": date(2026, 2, 2), "by": enterprise.owner, "at": AT, **more})  # type: ignore[arg-type]


def test_a_paper_counts_once_an_operator_has_seen_the_original(fatuma: Enterprise) -> None:
    check = ask(fatuma, "insurance", expires_on=date(2027, 2, 1))
    worker = fatuma.workers.get()
    garden = cast.category("garden_repairs")
    assert checks_live(enterprise=fatuma, worker=worker, category=garden, on=TODAY) == ["identity", "insurance"]
    checks.confirm(check=check, how_seen="Held the paper at the hub.", by=cast.operator(), at=AT)
    assert checks_live(enterprise=fatuma, worker=worker, category=garden, on=TODAY) == ["identity"]
    assert [shown.kind for shown in checks_shown(fatuma, on=TODAY)] == ["insurance"]
    fact = Fact.objects.get(kind="providers.check_confirmed")
    assert fact.payload == {"check": check.pk, "enterprise": fatuma.pk, "kind": "insurance"}


# --- who somebody is, the first time: two operators (abuse.md 8) ---


def see(check: Check, by: Person, **more: object) -> Check:
    return checks.confirm(**{"check": check, "how_seen": "Met her with it.", "by": by, "at": AT, **more})  # type: ignore[arg-type]


def test_abuse_8_a_first_identity_counts_only_when_a_second_operator_saw_it_too(fatuma: Enterprise) -> None:
    check, worker, garden = ask(fatuma), fatuma.workers.get(), cast.category("garden_repairs")
    once = see(check, cast.operator())
    assert (once.state, once.confirmed_at) == ("seen_once", None)
    assert "identity" in checks_live(enterprise=fatuma, worker=worker, category=garden, on=TODAY)
    assert not Fact.objects.filter(kind="providers.check_confirmed").exists()
    assert [line.state for line in what_is_left(fatuma, categories=[garden], on=TODAY)] == ["seen_once", "missing"]
    assert not Check.objects.waiting_for(cast.operator()).exists()
    twice = see(check, cast.second_operator())
    assert (twice.state, twice.seen_by, twice.confirmed_by) == ("confirmed", cast.operator(), cast.second_operator())
    assert "identity" not in checks_live(enterprise=fatuma, worker=worker, category=garden, on=TODAY)
    lines = Entry.objects.filter(about_kind="check", about_id=str(check.pk)).order_by("pk").values_list("verb", "by_id")
    assert list(lines) == [
        ("providers.ask_check", fatuma.owner.pk),
        ("providers.see_check", cast.operator().pk),
        ("providers.confirm_check", cast.second_operator().pk),
    ]


def test_abuse_8_the_first_cannot_be_the_second(fatuma: Enterprise) -> None:
    check = ask(fatuma)
    see(check, cast.operator())
    with pytest.raises(FirstCannotBeSecond, match="Another person who runs this site must see it too"):
        see(check, cast.operator())
    with pytest.raises(IntegrityError, match="check_is_seen_by_two"), transaction.atomic():
        Check.objects.filter(pk=check.pk).update(confirmed_by=cast.operator(), confirmed_at=AT, how_seen="x")


def test_abuse_8_neither_of_the_two_may_have_a_link_to_the_provider(fatuma: Enterprise) -> None:
    check = ask(fatuma)
    see(check, cast.operator())
    Worker.objects.create(enterprise=fatuma, person=cast.second_operator(), known_as="Bea", joined_at=AT)
    with pytest.raises(NotAllowed):
        see(check, cast.second_operator())
    assert Check.objects.get(pk=check.pk).state == "seen_once"


def test_abuse_8_two_who_read_different_dates_do_not_confirm(fatuma: Enterprise) -> None:
    check = ask(fatuma)
    see(check, cast.operator(), issued_on=date(2026, 2, 3))
    with pytest.raises(DatesDiffer):
        see(check, cast.second_operator(), issued_on=date(2026, 2, 2))
    assert see(check, cast.second_operator(), issued_on=date(2026, 2, 3)).state == "confirmed"


def test_a_newer_paper_of_somebody_we_know_and_any_other_paper_need_one_operator(fatuma: Enterprise) -> None:
    cast.show_paper(fatuma, "identity")
    assert see(ask(fatuma), cast.operator()).state == "confirmed"
    assert see(ask(fatuma, "references"), cast.operator()).state == "confirmed"
    fatuma = enterprises.change(
        enterprise=fatuma, name="Fatuma cooks", about="", outcode="SE15", radius_miles=3, works_alone=False, people_count=2, by=fatuma.owner, at=AT
    )
    other = enterprises.add_worker(enterprise=fatuma, known_as="Sahra", by=fatuma.owner, at=AT)
    assert see(ask(fatuma, worker=other), cast.operator()).state == "seen_once", "each who comes to people is somebody new"


@pytest.mark.parametrize("state", ["waiting", "seen_once", "confirmed", "refused"])
@pytest.mark.parametrize("verb", ["see", "confirm", "refuse"])
def test_every_state_and_verb_of_a_paper(fatuma: Enterprise, state: str, verb: str) -> None:
    """`see` is the same press as `confirm`: of a first identity, by the first of two."""
    kind = "identity" if "seen_once" in (state, CHECK.get((state, verb))) else "references"
    row = ask(fatuma, kind)
    if state == "seen_once":
        see(row, cast.operator())
    elif state != "waiting":
        {"confirmed": lambda: see(row, cast.operator()), "refused": lambda: checks.refuse(check=row, reason="x", by=cast.operator(), at=AT)}[state]()
    by = cast.second_operator() if (state, verb) != ("seen_once", "see") else cast.operator()

    def press() -> Check:
        return checks.refuse(check=row, reason="x", by=by, at=AT) if verb == "refuse" else see(row, by)

    if (state, verb) in CHECK:
        assert press().state == CHECK[state, verb]
    else:
        with pytest.raises(Refusal):
            press()
        assert Check.objects.get(pk=row.pk).state == state


def test_only_an_operator_without_a_link_confirms(fatuma: Enterprise) -> None:
    check = ask(fatuma)
    for who in (fatuma.owner, cast.stranger(), cast.ruth(), cast.priya(), cast.sam()):
        with pytest.raises(NotAllowed):
            checks.confirm(check=check, how_seen="x", by=who, at=AT)


def test_an_operator_who_owns_works_for_or_helps_the_provider_may_not_confirm(fatuma: Enterprise) -> None:
    from people.services import supporters

    linked = cast.operator()
    check = ask(fatuma)
    helper = supporters.ask(person=fatuma.owner, supporter=linked, kind="beside", by=fatuma.owner, at=AT)
    with pytest.raises(NotAllowed):
        checks.confirm(check=check, how_seen="x", by=linked, at=AT)
    supporters.end(supporter=helper, by=fatuma.owner, at=AT)
    Worker.objects.create(enterprise=fatuma, person=linked, known_as="Olu", joined_at=AT, state="left")
    with pytest.raises(NotAllowed):
        checks.confirm(check=check, how_seen="x", by=linked, at=AT)
    checks.confirm(check=check, how_seen="x", by=cast.second_operator(), at=AT)


def test_an_operator_who_typed_it_in_may_not_confirm_it(fatuma: Enterprise) -> None:
    check = ask(fatuma, by=cast.operator())
    with pytest.raises(NotAllowed):
        checks.confirm(check=check, how_seen="x", by=cast.operator(), at=AT)
    with pytest.raises(IntegrityError, match="check_is_confirmed_by_another"), transaction.atomic():
        Check.objects.filter(pk=check.pk).update(confirmed_by=cast.operator(), confirmed_at=AT, how_seen="x")


def test_a_paper_stops_counting_after_its_last_day(fatuma: Enterprise) -> None:
    cast.show_paper(fatuma, "insurance", expires_on=date(2026, 6, 30))
    garden = cast.category("garden_repairs")
    assert checks_live(enterprise=fatuma, worker=None, category=garden, on=date(2026, 6, 30)) == []
    assert checks_live(enterprise=fatuma, worker=None, category=garden, on=date(2026, 7, 1)) == ["insurance"]
    assert checks_live(enterprise=fatuma, worker=None, category=garden, on=date(2026, 2, 1)) == ["insurance"]


def test_an_enhanced_record_check_does_for_a_basic_one(fatuma: Enterprise) -> None:
    worker = fatuma.workers.get()
    cast.show_paper(fatuma, "insurance")
    cast.show_paper(fatuma, "identity", worker)
    assert checks_live(enterprise=fatuma, worker=worker, category=cast.category("meals"), on=TODAY) == ["dbs_basic"]
    cast.show_paper(fatuma, "dbs_enhanced", worker)
    assert checks_live(enterprise=fatuma, worker=worker, category=cast.category("meals"), on=TODAY) == []
    left = what_is_left(fatuma, categories=[cast.category("meals")], on=TODAY)
    assert [(line.kind, line.state) for line in left] == [("identity", "live"), ("insurance", "live"), ("dbs_basic", "live")]


def test_one_worker_s_papers_are_not_another_s() -> None:
    barwaaqo = cast.barwaaqo()
    other = enterprises.add_worker(enterprise=barwaaqo, known_as="Sahra", by=barwaaqo.owner, at=AT)
    category = cast.category("home_jobs")
    assert checks_live(enterprise=barwaaqo, worker=cast.hodan_works(), category=category, on=TODAY) == []
    assert checks_live(enterprise=barwaaqo, worker=other, category=category, on=TODAY) == ["identity", "dbs_basic"]


def test_who_left_or_works_elsewhere_has_no_live_papers(fatuma: Enterprise) -> None:
    barwaaqo, hodan_works = cast.barwaaqo(), cast.hodan_works()
    category = cast.category("garden_repairs")
    assert checks_live(enterprise=fatuma, worker=hodan_works, category=category, on=TODAY) != []
    hodan_works = enterprises.worker_leaves(worker=hodan_works, by=barwaaqo.owner, at=AT)
    assert checks_live(enterprise=barwaaqo, worker=hodan_works, category=category, on=TODAY) != []


def test_personal_care_by_more_than_one_needs_the_cqc() -> None:
    care = cast.category("personal_care")
    assert "cqc" not in checks_needed(care, True, 1)
    assert checks_needed(care, False, 3) == ["identity", "insurance", "dbs_enhanced", "references", "cqc"]
    assert "cqc" not in checks_needed(cast.category("meals"), False, 8)


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"issued_on": TODAY + timedelta(days=1)}, DateIsWrong, "issued_on"),
        ({"kind": "insurance"}, LastDayIsMissing, "expires_on"),
        ({"kind": "insurance", "expires_on": TODAY - timedelta(days=1)}, PaperHasRunOut, "expires_on"),
        ({"kind": "dbs_basic", "issued_on": date(2020, 1, 1)}, PaperHasRunOut, "expires_on"),
        ({"reference_last4": "12345"}, LastFourAreWrong, "reference_last4"),
    ],
)
def test_each_wrong_thing_gets_a_sentence(fatuma: Enterprise, wrong: dict[str, object], refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as caught:
        ask(fatuma, **wrong)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_whose_paper_it_is_must_be_said_when_there_are_more() -> None:
    barwaaqo = cast.barwaaqo()
    enterprises.add_worker(enterprise=barwaaqo, known_as="Sahra", by=barwaaqo.owner, at=AT)
    with pytest.raises(WorkerIsMissing):
        ask(barwaaqo)


def test_asking_confirming_and_refusing_happen_once(fatuma: Enterprise) -> None:
    check = ask(fatuma)
    with pytest.raises(AlreadyWaiting):
        ask(fatuma)
    with pytest.raises(HowIsMissing):
        checks.confirm(check=check, how_seen=" ", by=cast.operator(), at=AT)
    with pytest.raises(ReasonIsMissing):
        checks.refuse(check=check, reason="", by=cast.operator(), at=AT)
    checks.refuse(check=check, reason="The photo is not yours. Bring the passport.", by=cast.operator(), at=AT)
    with pytest.raises(CheckIsOver):
        checks.confirm(check=check, how_seen="x", by=cast.operator(), at=AT)
    left = what_is_left(fatuma, categories=[cast.category("garden_repairs")], on=TODAY)
    assert [(line.kind, line.state) for line in left] == [("identity", "refused"), ("insurance", "missing")]
    ask(fatuma)
    assert [waiting.kind for waiting in checks_to_look_at()] == ["identity"]


def test_strangers_show_no_papers_for_others(fatuma: Enterprise) -> None:
    with pytest.raises(NotAllowed):
        ask(fatuma, by=cast.stranger())
    with pytest.raises(NotAllowed):
        ask(fatuma, worker=Worker.objects.create(enterprise=cast.barwaaqo(), known_as="Sahra", joined_at=AT))


def test_papers_are_seen_by_the_owner_the_worker_and_operators(fatuma: Enterprise) -> None:
    check = ask(fatuma)
    assert check in Check.objects.visible_to(fatuma.owner)
    assert check in Check.objects.visible_to(cast.operator())
    for person in (cast.stranger(), cast.hodan(), cast.priya(), None):
        assert check not in Check.objects.visible_to(person)


def test_rules_of_papers() -> None:
    assert needed(["insurance", "identity"], is_regulated=False, works_alone=True, people_count=1) == ["identity", "insurance"]
    assert missing(["dbs_enhanced"], ["dbs_basic"]) == ["dbs_enhanced"]
    assert last_day("dbs_basic", date(2026, 1, 1), date(2040, 1, 1)) == date(2028, 12, 31)
    assert last_day("identity", date(2026, 1, 1), None) is None
    assert last_day("insurance", date(2026, 1, 1), date(2026, 5, 1)) == date(2026, 5, 1)
    assert in_words(["identity", "insurance", "cqc"]) == "who you are, your insurance and your Care Quality Commission (CQC) number"
    assert in_words(["identity"]) == "who you are"


def test_lists_of_papers_cost_the_same_number_of_queries_however_long(fatuma: Enterprise, django_assert_num_queries: object) -> None:
    ask(fatuma)
    ask(fatuma, "references")
    for name in ("Sahra", "Ayan"):
        worker = enterprises.add_worker(enterprise=cast.barwaaqo(), known_as=name, by=cast.hodan(), at=AT)
        ask(cast.barwaaqo(), "identity", worker=worker)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [waiting.enterprise.name for waiting in checks_to_look_at()] == ["Fatuma cooks", "Fatuma cooks", "Barwaaqo Care", "Barwaaqo Care"]
    barwaaqo, care = cast.barwaaqo(), cast.category("personal_care")
    with django_assert_num_queries(2):  # type: ignore[operator]
        left = what_is_left(barwaaqo, categories=[care], on=TODAY)
    assert [(line.kind, line.state) for line in left if line.kind == "identity"] == [
        ("identity", "live"),
        ("identity", "waiting"),
        ("identity", "waiting"),
    ]
    with django_assert_num_queries(1):  # type: ignore[operator]
        checks_live(enterprise=barwaaqo, worker=None, category=care, on=TODAY)
