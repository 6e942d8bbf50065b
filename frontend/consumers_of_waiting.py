"""Facts about what waited too long: who should act is told. As in `consumers`."""

from datetime import datetime

from audit.models import Fact
from frontend import notices_of_waiting


def place_ran_out(*, fact: Fact, at: datetime) -> None:
    """`pooling.place_ran_out`: an invitation, or a wish to join, that was not answered."""
    notices_of_waiting.place_ran_out(membership_id=fact.payload["membership"], was=fact.payload["was"], at=at)


def removal_appealed(*, fact: Fact, at: datetime) -> None:
    """`pooling.removal_appealed`: an operator is asked to look at it again."""
    notices_of_waiting.appeal_to_answer(removal_id=fact.payload["removal"], times=1, at=at)


def appeal_waits(*, fact: Fact, at: datetime) -> None:
    """`pooling.appeal_waits`: half of the time is over."""
    notices_of_waiting.appeal_to_answer(removal_id=fact.payload["removal"], times=2, at=at)


def appeal_ran_out(*, fact: Fact, at: datetime) -> None:
    """`pooling.appeal_ran_out`: nobody answered, so they stay."""
    notices_of_waiting.appeal_ran_out(removal_id=fact.payload["removal"], at=at)


def rules_unsigned(*, fact: Fact, at: datetime) -> None:
    """`pooling.rules_unsigned`: somebody has not signed new rules for weeks."""
    notices_of_waiting.rules_unsigned(membership_id=fact.payload["membership"], times=fact.payload["times"], at=at)


def person_quiet(*, fact: Fact, at: datetime) -> None:
    """`pooling.person_quiet`: nothing from somebody for six weeks, and their money is promised."""
    notices_of_waiting.person_quiet(membership_id=fact.payload["membership"], about=f"fact:{fact.pk}", at=at)


def share_reminded(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_reminded`: nobody has decided a question yet."""
    notices_of_waiting.question_to_decide(share_id=fact.payload["share"], times=fact.payload["times"], at=at)
