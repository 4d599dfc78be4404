"""YAML in, plain values and places out: the only importer of the YAML library."""

from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).parent


def carried(*parts: str) -> Path:
    """A path of what the project carries (``scenarios``, ``fixtures``, ``rigs``).

    In a checkout that is the folder beside ``harness/``; in an installed wheel it is the copy
    inside the package.
    """
    inside = PACKAGE / "carried"
    return (inside if inside.is_dir() else PACKAGE.parent).joinpath(*parts)


def fixture(*parts: str) -> Path:
    """A path below ``fixtures/``."""
    return carried("fixtures", *parts)


def read_plain(path: Path) -> Any:
    """A YAML file as plain dicts, lists and scalars, without places; for our own fixtures."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
