"""What the lines of a terminal's log mean: a file of regular expressions, read and checked.

The file's form is told in ``harness/drivers/console.py``.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.errors import Garbled, RigError
from harness.files import read_plain
from harness.model.causes import CAUSES
from harness.model.observed import unknown
from harness.model.words import instead


def minor(text: str) -> int:
    """An amount as people write it, in minor units: ``1.234,50``, ``CNY 1,234.50``, ``1234``.

    The last two figures behind a point or a comma are cents; raises ValueError for what is none.
    """
    figures = re.sub(r"[^\d.,-]", "", text).strip(".,")
    found = re.fullmatch(r"(-?)(\d[\d.,]*?)(?:[.,](\d\d))?", figures)
    if found is None:
        raise ValueError(text)
    whole = int(re.sub(r"\D", "", found[2])) * 100 + int(found[3] or 0)
    return -whole if found[1] else whole


TYPES: dict[str, Callable[[str], Any]] = {
    "int": int,
    "hex": lambda text: int(text, 16),
    "float": float,
    "bool": lambda text: text.lower() in ("1", "true", "yes", "on"),
    "money": minor,
}
#: (kind, or "" for all; field) -> what it may say: a word of anybody's own would be understood by
#: no clause, and a terminal would fail for it.
WORDS: Mapping[tuple[str, str], Collection[str]] = {
    ("", "cause"): CAUSES,
    ("state", "state"): (
        "booting", "recovering", "connecting", "ready", "busy", "updating", "out_of_service",
        "halted",
    ),
    ("boot", "reason"): ("power", "update", "watchdog", "rollback", "daily"),
    ("report", "on"): ("display", "ecr", "console", "estate"),
    ("prompt", "asks"): ("insert", "again", "remove"),
}  # fmt: skip
KEYS = {"match", "kind", "fields", "words"}
_TABLE = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of line means; ``where`` it is told."""

    match: re.Pattern[str]
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: str = "console.yaml"

    def read(self, line: str) -> dict[str, Any] | None:
        """The fields of a line, None when it is another kind of line.

        Raises Garbled where a group caught what its type cannot be: kept as it is, an amount of
        ``36,00`` would be another one than the host's 3600, and the terminal would fail for it.
        """
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
        except ValueError as error:
            raise Garbled(
                f"{self.where} ({self.kind}): {text!r} is no {suffix}, which {group} asks for: "
                "catch something else, or give the group another type (_int, _hex, _float, _bool, "
                "_money, or none)"
            ) from error


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
    wrong = unknown("terminal", row["kind"])
    if wrong:
        raise RigError(f"{where}: {wrong}")
    words = {
        name: _table(said, tables, where) if isinstance(said, str) else said
        for name, said in row.get("words", {}).items()
    }
    match = _TABLE.sub(lambda found: _any_of(_table(found[1], tables, where)), row["match"])
    try:
        pattern = re.compile(match)
    except re.error as error:
        raise RigError(f"{where}: {row['match']!r}: {error}") from error
    rule = Rule(pattern, row["kind"], row.get("fields", {}), words, where)
    _check_words(rule)
    return rule


def _check_words(rule: Rule) -> None:
    """Raises RigError for a word of ours that is none."""
    for (kind, name), known in WORDS.items():
        if kind in ("", rule.kind):
            ours = {*rule.words.get(name, {}).values(), rule.fields.get(name)} - {None}
            for word in sorted(map(str, ours - set(known))):
                near = instead(word, known)
                raise RigError(f"{rule.where}: no {name} {word!r}{near}")


def _table(name: str, tables: Mapping[str, Any], where: str) -> Mapping[str, str]:
    if name not in tables:
        raise RigError(f"{where}: no table {name!r}; there are: {', '.join(tables) or 'none'}")
    found: Mapping[str, str] = tables[name]
    return found


def _any_of(words: Mapping[str, str]) -> str:
    """One of these, the longest that fits."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
