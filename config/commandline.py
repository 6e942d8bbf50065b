"""`manage.py`: Django's commands, with what the embedded database and the demo need around them."""

import os
import sys

NEEDS_NO_DATABASE = {"check", "collectstatic", "compilemessages", "help", "makemessages", "makemigrations", "spectacular", "version"}


def main(argv: list[str]) -> None:
    """Runs one command. `demo` is the supervisor and never loads Django; the others see the demo's settings where it left them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if argv[1:2] == ["demo"]:
        from config.demo import main as demo

        demo()
        return
    from config.runner import PostgresCannotRun

    command = argv[1] if len(argv) > 1 else "help"
    try:
        _run(argv, needs_database=command not in NEEDS_NO_DATABASE and "--help" not in argv)
    except PostgresCannotRun as reason:
        sys.exit(str(reason))


def _run(argv: list[str], *, needs_database: bool) -> None:
    from django.core.management import execute_from_command_line

    from config import demo_state, postgres

    if not needs_database or os.environ.get("DATABASE_URL", "").strip():
        execute_from_command_line(argv)
        return
    demo_state.borrow_settings(os.environ)
    with postgres.hold(demo_state.folder(os.environ)):
        execute_from_command_line(argv)
