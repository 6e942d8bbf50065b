"""Papers: seen by an operator without a link to the provider, from the original, counting from day to day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Fact
from providers.models import Check, Enterprise, Worker
from providers.rules import in_words, last_day, missing, needed
from providers.selectors import checks_live, checks_needed, checks_shown, checks_to_look_at, what_is_left
from providers.services import checks, enterprises
from providers.services.checks import (
    AlreadyWaiting,
    CheckIsOver,
    DateIsWrong,
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
    check = ask(fatuma)
    worker = fatuma.workers.get()
    garden = cast.category("garden_repairs")
    assert checks_live(enterprise=fatuma, worker=worker, category=garden, on=TODAY) == ["identity", "insurance"]
    checks.confirm(check=check, how_seen="Held the passport at the hub.", by=cast.operator(), at=AT)
    assert checks_live(enterprise=fatuma, worker=worker, category=garden, on=TODAY) == ["insurance"]
    assert [shown.kind for shown in checks_shown(fatuma, on=TODAY)] == ["identity"]
    fact = Fact.objects.get(kind="providers.check_confirmed")
    assert fact.payload == {"check": check.pk, "enterprise": fatuma.pk, "kind": "identity"}


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
