"""The path of one person's part of a week, from their budget to the provider, as a track; and who pays it."""

from collections.abc import Iterable
from datetime import date, datetime

from frontend import words
from marketplace.models import MilestoneShare
from payments.selectors import payments_about
from pooling.models import Portion


def payer_of(share: MilestoneShare) -> str:
    """Who pays after the yes, when it is paid by a written order."""
    return payer_of_portion(share.portion)


def payer_of_portion(portion: Portion) -> str:
    """Who pays from this part of a budget: who looks after it, or else who funds it."""
    return portion.holder.name if portion.holder else portion.funder_name or "those who look after the money"


def steps(share: MilestoneShare, by: date | None, provider: str) -> list[dict[str, str]]:
    """The path of this part of the money, as a track."""
    week = share.milestone
    order = share.covered_by == "order"
    asked, over = share.state in {"asked", "with_helper"}, share.state not in {"planned", "covered", "asked", "with_helper"}
    when = "now" + (f", by {words.day(by)}" if by else "") if asked else _day(share.answered_at)
    noun = "Visit" if week.agreement.is_once else "Visits"
    steps = [
        {"title": f"{payer_of(share)} said it will pay", "text": "after your yes"} if order else {"title": "You put it in", "text": _paid_in(share)},
        {"title": f"Ready for {words.which_week(week)}" if order else f"Held for {words.which_week(week)}", "text": _day(week.funded_at)},
        {"title": f"{noun} written down", "text": _day(week.submitted_at) or ("after it" if week.agreement.is_once else "after the last visit")},
        {"title": "You say what happened", "text": when},
        {"title": f"Paid to {provider}", "text": _day(share.sent_at) or ("after your yes" if not over else "on its way" if share.paid_pence else "")},
    ]
    reached = [share.state not in {"planned", "dropped"}, week.funded_at is not None, week.submitted_at is not None, over, bool(share.sent_at)]
    if over and week.submitted_at is None:  # called off, or nobody came: nobody is asked whether it happened
        steps[2:], reached[2:] = [{"title": f"{noun} not made", "text": ""}, *(steps[4:] if share.paid_pence else [])], [True, bool(share.sent_at)]
    return _drawn(steps, reached[: len(steps)], "trouble" if share.state == "questioned" else "here")


def _drawn(steps: Iterable[dict[str, str]], reached: Iterable[bool], now: str) -> list[dict[str, str]]:
    """Done as far as it got, then where it is, then what is still to come."""
    drawn, here = [], False
    for step, is_reached in zip(steps, reached, strict=True):
        state = "later" if here else "done" if is_reached else now
        here = here or not is_reached
        drawn.append({**step, "state": state})
    return drawn


def _paid_in(share: MilestoneShare) -> str:
    if share.call_id is None:
        return ""
    about = f"call:{share.call_id}"
    paid = next((one for one in payments_about([about])[about] if one.charged_at), None)
    if paid is None or paid.charged_at is None:
        return "it was yours here already"
    return f"{words.day(paid.charged_at)}, {'by card' if paid.kind == 'card' else 'by bank transfer'}"


def _day(at: datetime | None) -> str:
    return words.day(at) if at else ""
