"""The demo's story: made only through services, on fixed dates, with the Stripe sandbox taking and sending the money.

Amina, Yusuf and Halima are mid-way through weekly home visits, with one question open; three more people could start today.
`load` and `people` are what `manage.py demo_prepare` calls.
"""

from typing import Any

from config.demo_story import cast, chapters, community, neighbours
from config.demo_story.stage import Stage


def load(*, sandbox_url: str) -> None:
    """Plays the story from Monday 5 January to Monday 9 March 2026, 9am, and leaves both clocks there. Does nothing when it was played.

    `sandbox_url`: where the Stripe sandbox is; its own books must be empty, because its clock cannot go back.
    """
    if cast.is_loaded():
        return
    stage = Stage(sandbox_url)
    stage.begin(chapters.BEGINS)
    for chapter in (*chapters.ALL[:1], community.arrive, neighbours.looking, *chapters.ALL[1:]):
        chapter(stage)
    stage.go_to(chapters.ENDS)


def people() -> list[dict[str, Any]]:
    """Who can sign in: name, email, password, role, and what they would say of themselves. The first of each role is the story's."""
    return cast.people()
