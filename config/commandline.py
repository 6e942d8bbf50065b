"""`manage.py`: Django's commands, with what the embedded database and the demo need around them."""

import os
import sys

NEEDS_NO_DATABASE = {"check", "collectstatic", "compilemessages", "help", "makemessages", "makemigrations", "shell_help", "spectacular", "version"}


def main(argv: list[str]) -> None:
    """Runs one command. `demo` is the supervisor and never loads Django; the others see the demo's settings where it left them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if argv[1:2] == ["demo"]:
        from config.demo import main as demo

        demo()
        return
    from config import demo_state

    demo_state.borrow_settings(os.environ)
    from config.runner import PostgresCannotRun

    try:
        _with_database(argv)
    except PostgresCannotRun as reason:
        sys.exit(str(reason))


def _with_database(argv: list[str]) -> None:
    from django.core.management import execute_from_command_line

    from config import postgres

    command = argv[1] if len(argv) > 1 else "help"
    if os.environ.get("DATABASE_URL", "").strip() or command in NEEDS_NO_DATABASE or "--help" in argv:
        execute_from_command_line(argv)
        return
    from config import demo_state

    with postgres.hold(demo_state.folder(os.environ)):
        execute_from_command_line(argv)
