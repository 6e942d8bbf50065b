"""The ledger's SQL, one function or one matter per file. A migration loads one version's folder and never changes after release;
a later version's folder holds only what it replaces. A test compares the live functions with the newest file of each name."""

from pathlib import Path

HERE = Path(__file__).parent


def read(version: int, name: str) -> str:
    """The text of one file of one version."""
    return (HERE / f"v{version}" / f"{name}.sql").read_text()


def newest() -> dict[str, str]:
    """The newest text of every file, by name."""
    folders = sorted(HERE.glob("v*"), key=lambda folder: int(folder.name[1:]))
    return {path.stem: path.read_text() for folder in folders for path in sorted(folder.glob("*.sql"))}
