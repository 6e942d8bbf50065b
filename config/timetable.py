"""What beat sends and how often. django-celery-beat keeps it in the database; the leading worker writes it there when it starts."""

from typing import Any

# --- rooms add here: task name, every so many seconds ---
TIMETABLE: list[tuple[str, float]] = [
    ("config.beat", 5),
    ("config.prove_books", 300),
    ("config.run_timers", 5),
]


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Celery's form. A task that waited a whole interval is not worth doing twice: the next one is coming."""
    return {f"timetable: {name}": {"task": name, "schedule": every, "options": {"expire_seconds": max(int(every), 10)}} for name, every in TIMETABLE}
