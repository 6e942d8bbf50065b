"""How many may be told of, so that nobody can be picked out: 0 is 0, 1 to 7 is hidden, others to the nearest 5 (care-rules.md, "Suppression")."""

LEAST_TOLD = 8
NEAREST = 5


def told(people: int) -> int | None:
    """The number to show for so many people, or None when it must be hidden."""
    if people < 0:
        raise ValueError("nobody counts fewer than nobody")
    if people == 0:
        return 0
    return None if people < LEAST_TOLD else (people + NEAREST // 2) // NEAREST * NEAREST
