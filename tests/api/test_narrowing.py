"""What does not fit after the question mark is refused with the name of what it was, never left out."""

import pytest

from tests.api.conftest import Api

WRONG = (
    ("terms/?kind=", "kind"),
    ("terms/?kind=category&kind=language", "kind"),
    ("terms/?kind=colour", "kind"),
    ("terms/?page=0", "page"),
    ("terms/?page=last", "page"),
    ("terms/?page_size=201", "page_size"),
    ("terms/?page_size=ten", "page_size"),
    ("terms/?page_size=10&page_size=20", "page_size"),
    ("enterprises/?mine=2", "mine"),
    ("workers/?enterprise=1.5", "enterprise"),
    ("workers/?enterprise=99999999999999999999", "enterprise"),
    ("listings/?weekday=", "weekday"),
    ("search/?outcode=SE15&outcode=SE1", "outcode"),
    ("search/?outcode=SE15&checked=perhaps", "checked"),
    ("search/?outcode=SE15&page=51", "page"),
    ("wanted/?outcode=SE15&outcode=SE1", "outcode"),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "field"), WRONG)
def test_what_does_not_fit_is_refused_by_its_name(path: str, field: str) -> None:
    refused = Api(None).get(path, status=400)
    assert (refused["code"], [one["field"] for one in refused["errors"]]) == ("wrong_shape", [field])


@pytest.mark.django_db
def test_filters_that_fit_are_kept_to() -> None:
    api = Api(None)
    kinds = {row["kind"] for row in api.rows("terms/?kind=language&page_size=200")}
    assert kinds == {"language"}
    assert api.get("terms/?page=2&page_size=3")["results"] == api.get("terms/?page_size=6")["results"][3:]
    api.ask("options", "terms/", status=405)


@pytest.mark.django_db
def test_a_number_is_no_text() -> None:
    refused = Api(None).post("people/", {"full_name": 0, "email": 1.5}, status=400)
    assert {"full_name", "email"} <= {one["field"] for one in refused["errors"]}
