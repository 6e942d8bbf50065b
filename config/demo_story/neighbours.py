"""People who looked around without signing in and said what is missing: what the council's planner and every provider read as numbers."""

from config.demo_story.cast import SOUTHWARK
from config.demo_story.stage import Stage
from marketplace.services import needs

# Kind of help, why nothing was right, where, how many.
MISSING = (
    ("meals", "no_provider", "SE15", 17),
    ("meals", "no_time", "SE5", 9),
    ("out_and_about", "no_time", "SE15", 21),
    ("company", "too_dear", "SE15", 13),
    ("garden_repairs", "no_provider", "SE5", 4),
)


def looking(stage: Stage) -> None:
    """Each tells it once; their words are not kept."""
    for category, reason, outcode, people in MISSING:
        for _ in range(people):
            needs.note_unmet_unsigned(category=category, outcode=outcode, council_code=SOUTHWARK, reason=reason, at=stage.at)
