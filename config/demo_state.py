"""What the demo keeps in its data folder: its secrets and addresses, and `demo.json` for scripts while it runs."""

import hashlib
import json
import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
SETTINGS, READY = "demo-settings.json", "demo.json"


def folder(environment: MutableMapping[str, str]) -> Path:
    """The data folder that DATA_DIR names, or `.data`."""
    return Path(environment.get("DATA_DIR", "").strip() or BASE_DIR / ".data").expanduser().resolve()


def make_settings(data_dir: Path, *, site_url: str, sandbox_url: str) -> dict[str, str]:
    """The settings of the demo's processes. Secrets are made once and kept, so that people stay signed in and webhooks stay signed."""
    kept = read_settings(data_dir)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET_PLATFORM": f"whsec_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET_CONNECT": f"whsec_{secrets.token_hex(16)}",
    }
    settings = made | {key: kept[key] for key in made if key in kept}
    settings |= {"DEMO": "1", "DATA_DIR": str(data_dir), "SITE_URL": site_url, "STRIPE_API_BASE": sandbox_url}
    _write(data_dir / SETTINGS, settings)
    return settings


def read_settings(data_dir: Path) -> dict[str, str]:
    """What the last demo ran with; nothing where none ran."""
    try:
        found: dict[str, str] = json.loads((data_dir / SETTINGS).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found


def borrow_settings(environment: MutableMapping[str, str]) -> None:
    """Lets a command run by hand see the demo as its processes do. What is set already wins."""
    if environment.get("DATABASE_URL", "").strip():
        return
    for key, value in read_settings(folder(environment)).items():
        environment.setdefault(key, value)


def tell_ready(data_dir: Path, *, url: str, sandbox_url: str, people: list[dict[str, Any]]) -> None:
    """Writes `demo.json`: the demo is ready, here, with these people."""
    _write(data_dir / READY, {"url": url, "sandbox_url": sandbox_url, "pid": os.getpid(), "people": people})


def read_ready(data_dir: Path) -> dict[str, Any]:
    """The running demo's `demo.json`; nothing where none says that it is ready."""
    try:
        found: dict[str, Any] = json.loads((data_dir / READY).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def forget_ready(data_dir: Path) -> None:
    """Removes `demo.json`."""
    (data_dir / READY).unlink(missing_ok=True)


def fingerprint(paths: list[Path]) -> str:
    """Changes when one of these files comes, goes, or is written again."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        found = path.stat()
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _write(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content, indent=1))
    fresh.replace(path)
