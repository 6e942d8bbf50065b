"""What we write when a council’s officer asks something through us. As in `notices`: once, never a link, only to whoever has not answered."""

from datetime import datetime

from frontend.notices import _tell
from marketplace.models import OfficerAnswer
from people.models import Council


def officer_asks(*, question_id: int, at: datetime) -> int:
    """To each who said that they may be asked. The question itself stands on their page."""
    rows = list(OfficerAnswer.objects.filter(question=question_id).open_at(at).select_related("person"))
    council = Council.objects.filter(pk__in={row.council_code for row in rows}).first()
    says = (
        f"{council.name if council else 'Your'} council asks something about what you could not find. The question is on your page. "
        "The council does not know who you are. You don’t have to answer."
    )
    people = [row.person for row in rows]
    return _tell(people, kind="officer_asks", about=f"officerquestion:{question_id}", subject="Your council asks something", says=says, at=at)
