"""`python -m config.torture PART …`: one part of the torture, in the surroundings its environment names. The last line is JSON.

Started by `launcher.launch`; by hand use `manage.py torture_money`.
"""

import argparse
import json
import sys
from importlib import import_module
from typing import Any

import django

WRONG = ("lost", "doubled", "impossible", "adrift")  # what a part can find; each says only what it looked for
PARTS = ("kills", "awards", "restore", "restored", "reruns", "history")


def is_wrong(summary: dict[str, Any]) -> bool:
    """Whether a part found anything."""
    return any(summary.get(name) for name in WRONG)


def say(sentence: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.torture")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--awards", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", default="", help="kills only these, with commas between")
    parser.add_argument("--told", default="", help="restored: a file with what was asked for and answered")
    asked = parser.parse_args(given)
    django.setup()
    from config.torture.stage import Stage

    more: dict[str, Any] = {"awards": asked.awards} if asked.part == "awards" else {}
    if asked.part == "kills" and asked.targets:
        more["targets"] = asked.targets.split(",")
    if asked.part == "restored":
        more["told"] = asked.told
    stage = Stage()
    try:
        summary = import_module(f"config.torture.{asked.part}").run(stage, rounds=asked.rounds, seed=asked.seed, say=say, **more)
    except BaseException:
        say(stage.last_words())
        raise
    say(json.dumps({"part": asked.part, **summary}))
    return int(is_wrong(summary))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
