"""The two commands by which anyone may try to lose a penny, as they are called: what they print, and how they end."""

import json
import subprocess
import sys

import pytest

from config.torture.__main__ import WRONG, is_wrong
from config.torture.launcher import ROOT

SECONDS_OF_PATIENCE = 600  # each makes a database of its own first; on a machine that does much else


def called(command: str, *arguments: str) -> tuple[int, list[str]]:
    """As somebody at a shell calls it: how it ended, and the lines it printed."""
    asked = [sys.executable, "manage.py", command, *arguments]
    with subprocess.Popen(asked, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            said, complaints = process.communicate(timeout=SECONDS_OF_PATIENCE)
        finally:
            process.terminate()  # it puts its PostgreSQL away; killed, it would leave it
    assert "Traceback" not in complaints, complaints[-3000:]
    return process.returncode, said.splitlines()


def test_simulate_money_says_that_all_agree_and_ends_with_0() -> None:
    ended, said = called("simulate_money", "--seed", "1", "--steps", "20")
    assert (ended, said[-1]) == (0, "No difference: the model, the book and Stripe agree.")
    assert said[-2].startswith("seed 1: 20 steps in ")


def test_simulate_money_prints_both_sides_of_a_difference_and_ends_with_1() -> None:
    ended, said = called("simulate_money", "--seed", "2", "--steps", "50", "--plant", "no_floor")
    assert ended == 1
    assert "DIFFERS. The last steps:" in said
    assert said[-1].startswith("At step ")
    assert said[-1].endswith("the model says not_enough, the service said yes")


def test_torture_money_prints_a_line_a_round_and_its_summary_and_ends_with_0() -> None:
    ended, said = called("torture_money", "--part", "history", "--rounds", "1")
    assert ended == 0
    assert said[0].startswith("history 1: ")
    summary = json.loads(said[-1])
    assert (summary["part"], summary["impossible"], summary["adrift"]) == ("history", 0, 0)
    assert summary["posted"] > 100


@pytest.mark.parametrize("name", WRONG)
def test_a_part_that_found_anything_ends_with_1(name: str) -> None:
    nothing = dict.fromkeys(WRONG, 0)
    assert not is_wrong({"rounds": 4, **nothing})
    assert is_wrong({"rounds": 4, **nothing, name: 1})
