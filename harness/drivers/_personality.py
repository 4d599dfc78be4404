"""Where a terminal's personality lies."""

from pathlib import Path

from harness.files import fixture


def personality_file(said: str | Path, name: str) -> Path:
    """The file an option means.

    A bare word (``countertop``) is a folder of ``fixtures/terminal`` with ``name`` in it; a
    relative path is looked for below ``fixtures`` and else from where we are.
    """
    if isinstance(said, str) and "/" not in said:
        return fixture("terminal", said, name)
    below = fixture(*Path(said).parts)
    return below if below.exists() else Path(said)
