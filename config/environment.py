"""Strict readers of the environment. A malformed value stops the start with one sentence that names the setting and never repeats a secret."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import environ


class Environment:
    """Reads named values; an empty one counts as not set."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """The value without the white space around it."""
        return self._values.get(name, "").strip() or default

    def is_set(self, name: str) -> bool:
        """Whether the setting has a value."""
        return bool(self.text(name))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """1 or 0, true or false, yes or no."""
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        value = self.text(name).lower()
        if not value:
            return default
        return words[value] if value in words else _stop(name, "is 1 or 0")

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of a few words; the first is the default."""
        value = self.text(name, choices[0])
        return value if value in choices else _stop(name, f"is one of: {', '.join(choices)}")

    def folder(self, name: str, default: Path) -> Path:
        """The absolute path of a folder that exists or can be made."""
        path = Path(self.text(name) or default).expanduser().resolve()
        return _stop(name, "names a folder, and there is a file of that name") if path.is_file() else path

    def names(self, name: str, default: list[str]) -> list[str]:
        """Host names with commas between them."""
        found = [part.strip() for part in self.text(name).split(",") if part.strip()] or default
        if any(set(host) & set("/ @") for host in found):
            _stop(name, "is a list of host names with commas between them, like example.org,www.example.org")
        return found

    def origin(self, name: str, default: str = "") -> str:
        """A web address without a path, like https://example.org."""
        value = self.text(name, default).rstrip("/")
        if value:
            try:
                parts = urlsplit(value)
                is_good = parts.scheme in ("http", "https") and parts.hostname and not parts.path and not parts.query and parts.port != 0
            except ValueError:
                is_good = False
            if not is_good:
                _stop(name, "is an address like https://example.org, without a path")
        return value

    def prefixed(self, name: str, prefixes: tuple[str, ...]) -> str:
        """A secret that starts as its kind does."""
        value = self.text(name)
        if value and not (value.startswith(prefixes) and value.isascii() and value.isprintable() and " " not in value):
            _stop(name, f"starts with {' or '.join(prefixes)}")
        return value

    def broker(self, name: str, default: str) -> str:
        """Where tasks wait: the file system, RabbitMQ or Redis."""
        value = self.text(name, default)
        if not value.startswith(("filesystem://", "amqp://", "amqps://", "redis://", "rediss://")):
            _stop(name, "starts with filesystem://, amqp://, amqps://, redis:// or rediss://")
        return value

    def email(self, name: str) -> dict[str, Any]:
        """Django's e-mail settings of an address like smtp://user:password@host:25; nothing where it is not set."""
        value = self.text(name)
        if not value:
            return {}
        try:
            return dict(environ.Env.email_url_config(value))
        except (KeyError, ValueError, TypeError, environ.ImproperlyConfigured):
            _stop(name, "is an address like smtp+tls://user:password@mail.example.org:587")


def database(address: str, name: str) -> dict[str, Any]:
    """Django's form of an address like postgresql://user:password@host:5432/database; a host may be a folder, percent-encoded."""
    try:
        parts = environ.Env.db_url_config(address)
        port = urlsplit(address).port
    except (KeyError, ValueError):
        parts, port = {}, None
    if not address.startswith(("postgres://", "postgresql://")) or not parts.get("NAME"):
        _stop(name, "is an address like postgresql://user:password@host:5432/database")
    return {**parts, "HOST": unquote(parts["HOST"]), "PORT": port or "", "ENGINE": "django.db.backends.postgresql"}


def _stop(name: str, wants: str) -> NoReturn:
    raise SystemExit(f"The setting {name} {wants}. Put it right in the environment and start again.")
