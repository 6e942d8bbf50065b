"""The words an installation starts with."""

import pytest
from django.db import IntegrityError, transaction

from providers.models import Check
from vocabulary.models import Term

pytestmark = pytest.mark.django_db


def test_every_kind_has_words() -> None:
    assert Term.objects.categories().count() == 9
    assert {kind for kind in Term.Kind.values if not Term.objects.filter(kind=kind).exists()} == set()


def test_categories_name_checks_that_exist() -> None:
    for term in Term.objects.categories():
        assert set(term.checks) <= set(Check.Kind.values), term.slug
        assert {"identity", "insurance"} <= set(term.checks), term.slug


def test_only_personal_care_is_regulated() -> None:
    assert Term.objects.get(regulated=True).slug == "personal_care"


def test_a_word_stands_once_in_its_list() -> None:
    with pytest.raises(IntegrityError, match="term_is_once_per_list"), transaction.atomic():
        Term.objects.create(kind="category", slug="meals", label="Meals again")
    with pytest.raises(IntegrityError, match="term_checks_are_of_categories"), transaction.atomic():
        Term.objects.create(kind="language", slug="klingon", label="Klingon", checks=["identity"])
