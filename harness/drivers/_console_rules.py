"""What the lines of a terminal's log mean: a file of regular expressions, read and checked.

The file's form is told in ``harness/drivers/console.py``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.errors import RigError
from harness.files import read_plain

TYPES: dict[str, Callable[[str], Any]] = {
    "int": int,
    "hex": lambda text: int(text, 16),
    "float": float,
    "bool": lambda text: text.lower() in ("1", "true", "yes", "on"),
}
KEYS = {"match", "kind", "fields", "words"}
_TABLE = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of line means."""

    match: re.Pattern[str]
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, line: str) -> dict[str, Any] | None:
        """The fields of a line, None when it is another kind of line."""
        found = self.match.search(line)
        if found is None:
            return None
        groups = found.groupdict()
        named = [self._typed(key, text) for key, text in groups.items() if text is not None]
        return {**self.fields, **dict(named)}

    def _typed(self, group: str, text: str) -> tuple[str, Any]:
        name, _, suffix = group.rpartition("_")
        if suffix not in TYPES or not name:
            name, suffix = group, ""
        listed = self.words.get(name, {})
        text = listed.get(text, listed.get("*", text))
        try:
            return name, TYPES[suffix](text) if suffix else text
        except ValueError:
            return name, text  # the log is the terminal's: what it says is kept as it is


def read_personality(file: Path) -> tuple[list[Rule], str, str | None]:
    """(rules, encoding, journal command); raises RigError naming the file and the entry."""
    try:
        return _rules_of(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise RigError(f"{file}: no console personality there ({error.strerror})") from error


@lru_cache(maxsize=32)
def _rules_of(file: Path, _changed: int) -> tuple[list[Rule], str, str | None]:
    """Each item of a run opens its drivers anew: read once."""
    plain = _read(file)
    tables = plain.get("tables") or {}
    rules = [
        _rule(row, tables, f"{file}: entry {number}")
        for number, row in enumerate(plain.get("lines", []), 1)
    ]
    return rules, plain.get("encoding", "utf-8"), plain.get("journal")


def _read(file: Path) -> dict[str, Any]:
    """The file over the one it is like: keys by keys, tables by tables, more lines after its."""
    try:
        own: dict[str, Any] = dict(read_plain(file))
    except OSError as error:
        raise RigError(f"{file}: no console personality there ({error.strerror})") from error
    like = own.pop("like", None)
    if like is None:
        return own
    base = _read(file.parent.parent / str(like) / file.name)
    tables = {**base.get("tables", {}), **own.get("tables", {})}
    lines = [*base.get("lines", []), *own.get("lines", [])]
    return {**base, **own, "tables": tables, "lines": lines}


def _rule(row: Mapping[str, Any], tables: Mapping[str, Any], where: str) -> Rule:
    if set(row) - KEYS or not {"match", "kind"} <= set(row):
        raise RigError(f"{where} has {sorted(row)}; wanted {sorted(KEYS)}")
    if not all(isinstance(name, str) for name in row.get("fields", {})):
        raise RigError(f"{where}: a field's name is no text; quote it")
    words = {
        name: _table(said, tables, where) if isinstance(said, str) else said
        for name, said in row.get("words", {}).items()
    }
    match = _TABLE.sub(lambda found: _any_of(_table(found[1], tables, where)), row["match"])
    try:
        pattern = re.compile(match)
    except re.error as error:
        raise RigError(f"{where}: {row['match']!r}: {error}") from error
    return Rule(pattern, row["kind"], row.get("fields", {}), words)


def _table(name: str, tables: Mapping[str, Any], where: str) -> Mapping[str, str]:
    if name not in tables:
        raise RigError(f"{where}: no table {name!r}; there are: {', '.join(tables) or 'none'}")
    found: Mapping[str, str] = tables[name]
    return found


def _any_of(words: Mapping[str, str]) -> str:
    """One of these, the longest that fits."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
