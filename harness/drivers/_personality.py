"""Where a terminal's personality lies."""

from pathlib import Path

from harness.errors import RigError
from harness.files import fixture
from harness.model.words import instead


def personality_file(said: str | Path, name: str) -> Path:
    """The file an option means.

    A bare word (``countertop``) is a folder of ``fixtures/terminal`` with ``name`` in it; a
    relative path, with or without ``fixtures`` in front, is looked for there, wherever the project
    is installed, and else from where we are. Raises RigError for a word without such a file.
    """
    if isinstance(said, str) and "/" not in said:
        file = fixture("terminal", said, name)
        if not file.exists():
            there = sorted(path.parent.name for path in fixture("terminal").glob(f"*/{name}"))
            raise RigError(f"{file}: no personality {said!r}{instead(said, there)}")
        return file
    parts = Path(said).parts
    below = fixture(*parts[parts[:1] == ("fixtures",) :])
    return below if below.exists() else Path(said)
