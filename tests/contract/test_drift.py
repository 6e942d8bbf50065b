"""The installed SDK is the one we agreed to; and what a new one would change is said, operation by operation."""

import copy
import re

import pytest
from django.core.management import call_command

from payments.sandbox import drift, sdk_reader

TRANSFERS = "POST /v1/transfers"


@pytest.fixture(scope="module")
def known():
    return drift.installed()


def test_installed_sdk_is_the_one_we_agreed_to(known):
    changes = drift.report(drift.agreed(), known)
    told = "\n".join(changes)
    assert not changes, f"The stripe SDK is not what we agreed to. Look at each, then run `manage.py stripe_drift --agree`:\n{told}"
    assert (drift.agreed()["sdk"], drift.agreed()["api_version"]) == (known["sdk"], known["api_version"])


def changed(known, side):
    """A copy, and one shape of an operation's in it to spoil."""
    spoilt = copy.deepcopy(known)
    return spoilt, spoilt["shapes"][spoilt["operations"][TRANSFERS][side]]


def test_parameter_that_went_is_named(known):
    spoilt, asked = changed(known, 0)
    del asked["transfer_group"]
    assert drift.report(known, spoilt) == [f"{TRANSFERS} takes: `transfer_group` is gone (it was string)."]


def test_parameter_that_must_now_be_given_is_told_before_one_that_may(known):
    spoilt, asked = changed(known, 0)
    asked |= {"a_new_one": "string", "reason": "string!"}
    assert drift.report(known, spoilt) == [
        f"{TRANSFERS} takes: `reason` is new (string!), and must be given.",
        f"{TRANSFERS} takes: `a_new_one` is new (string).",
    ]


def test_answer_of_another_type_is_told_for_every_operation_that_gives_it(known):
    spoilt, answer = changed(known, 1)
    answer["amount"] = "string!"
    told = drift.report(known, spoilt)
    assert all("answers: `amount` was integer!, is string!." in each for each in told)
    assert {each.partition(" answers")[0] for each in told} == {TRANSFERS, "GET /v1/transfers", "GET /v1/transfers/{transfer}"}


def test_operation_that_went_comes_first(known):
    spoilt, _ = changed(known, 0)
    del spoilt["operations"]["POST /v1/refunds"]
    assert drift.report(known, spoilt) == ["POST /v1/refunds: gone. Whatever calls it must change first."]
    assert drift.report(spoilt, known) == ["POST /v1/refunds: not in the agreed contract yet."]


@pytest.fixture
def later_sdk(tmp_path):
    """The installed SDK with a version to come: one parameter renamed deep inside, one answer's field made optional."""
    root, copied = sdk_reader.sdk_root(), tmp_path / "stripe"
    (copied / "params").mkdir(parents=True)
    for source in root.glob("*"):
        if source.name != "params":
            (copied / source.name).symlink_to(source)
    for source in (root / "params").glob("*"):
        (copied / "params" / source.name).symlink_to(source)
    _rewrite(copied / "_version.py", r'VERSION = "[^"]+"', 'VERSION = "99.0.0"')
    _rewrite(copied / "_transfer.py", r"\n    amount_reversed: int\n", "\n    amount_reversed: Optional[int]\n")
    _rewrite(copied / "params" / "_transfer_create_params.py", r"\n    description: NotRequired", "\n    wording: NotRequired")
    return copied


def _rewrite(path, pattern, instead):
    text, count = re.subn(pattern, instead, path.read_text())
    assert count == 1
    path.unlink()
    path.write_text(text)


def test_sdk_in_a_folder_is_read_and_what_it_changes_is_said(later_sdk, known):
    new = drift.find(str(later_sdk.parent))
    told = [each for each in drift.report(known, new) if each.startswith(TRANSFERS)]
    assert new["sdk"] == "99.0.0"
    assert [each.removeprefix(TRANSFERS) for each in told] == [
        " takes: `description` is gone (it was string).",
        " answers: `amount_reversed` was integer!, is integer or null.",
        " takes: `wording` is new (string).",
    ]


def test_command_ends_in_error_when_anything_differs(tmp_path, known, capsys):
    spoilt, asked = changed(known, 0)
    asked["currency"] = "integer!"
    place = tmp_path / "older.json"
    drift.write(spoilt, place)
    with pytest.raises(SystemExit):
        call_command("stripe_drift", str(place))
    assert "`currency` was integer!, is string!." in capsys.readouterr().out
    drift.write(known, place)
    call_command("stripe_drift", str(place), str(place))
    assert "0 changes" in capsys.readouterr().out
