"""Proves weekly lists against what was handed out: sentences of what differs, none when all is right."""

from collections import defaultdict
from collections.abc import Iterator

from pooling.models import WeeklyListRow


def proof_of_weekly(using: str = "default") -> Iterator[str]:
    """What a row was paid with is in one list handed out, by the same organisation, to the same place, and its rows come to that to the penny."""
    rows = WeeklyListRow.objects.using(using).filter(state="funded").select_related("weekly_list", "slice__move")
    paid: dict[int, int] = defaultdict(int)
    said: dict[int, int] = {}
    for row in rows:
        assert row.slice is not None
        paid[row.slice.pk] += row.funded_pence
        said[row.slice.pk] = row.slice.pence
        whose = (row.slice.move.organisation_id, row.slice.council_code, row.slice.membership_id, row.slice.portion_id)
        if whose != (row.weekly_list.organisation_id, row.council_code, row.membership_id, row.portion_id):
            yield f"{row}: the money it names went to somebody else"
    for pk in sorted(said):
        if said[pk] != paid[pk]:
            yield f"slice {pk} says {said[pk]}p, the weekly list's rows it paid say {paid[pk]}p"
    over = WeeklyListRow.objects.using(using).filter(state="waiting", weekly_list__state="done")
    yield from (f"{row}: it waits in a list that is done" for row in over)
