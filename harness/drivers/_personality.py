"""Where a terminal's personality lies."""

from pathlib import Path

from harness.files import fixture


def personality_file(said: str | Path, name: str) -> Path:
    """The file an option means.

    A bare word (``countertop``) is a folder of ``fixtures/terminal`` with ``name`` in it; a
    relative path, with or without ``fixtures`` in front, is looked for there, wherever the project
    is installed, and else from where we are.
    """
    if isinstance(said, str) and "/" not in said:
        return fixture("terminal", said, name)
    parts = Path(said).parts
    below = fixture(*parts[parts[:1] == ("fixtures",) :])
    return below if below.exists() else Path(said)
