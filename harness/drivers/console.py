r"""The terminal's log on a serial line, read through a regex personality.

Source: none; every model writes its own log. What its lines mean is data, one file per model:
``fixtures/terminal/<personality>/console.yaml``::

    encoding: utf-8              # may be left out
    journal: "journal\r\n"       # what makes the terminal print its journal; left out: it cannot
    lines:
      - match: 'RX 0210 stan=(?P<stan_int>[0-9]+) rc=(?P<response>..)'
        kind: answer_received    # a word of the vocabulary for the source "terminal"
        fields: {mti: "0210"}    # constants of this kind; may be left out
      - match: '!(?P<cause>[A-Z_]+) (?P<text>.*)'
        kind: detected
        words: {cause: {NO_NET: no_signal, E72: card_mute}}  # the model's word -> ours

``match`` is searched for in the line (a Python regular expression), after card numbers have been
masked. Every entry that matches makes an observation, in the order of the file. A named group is a
field; a suffix of its name gives the type and is left off: ``_int``, ``_hex``, ``_float``,
``_bool`` (true for 1, true, yes, on, in any case), nothing for text. A group that took no part is
no field. ``words`` maps a field's text before anything else; a word that is not listed stays as it
is, unless there is an entry ``"*"``. Write the field ``"on"`` in quotes: YAML takes it for true.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.drivers._personality import personality_file
from harness.errors import NotSupported, RigError
from harness.files import read_plain
from harness.model.roles import Observe, ignore
from harness.ports.base import Port
from harness.wire.pan import mask

IDENTITY = None
LONGEST_LINE = 4096  # bytes: what has no line end by then is taken for a line

TYPES: dict[str, Callable[[str], Any]] = {
    "int": int,
    "hex": lambda text: int(text, 16),
    "float": float,
    "bool": lambda text: text.lower() in ("1", "true", "yes", "on"),
}
KEYS = {"match", "kind", "fields", "words"}


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
        plain = read_plain(file)
    except OSError as error:
        raise RigError(f"{file}: no console personality there ({error.strerror})") from error
    rules = []
    for number, row in enumerate(plain.get("lines", []), 1):
        unknown = set(row) - KEYS
        if unknown or not {"match", "kind"} <= set(row):
            raise RigError(f"{file}: entry {number} has {sorted(row)}; wanted {sorted(KEYS)}")
        if not all(isinstance(name, str) for name in row.get("fields", {})):
            raise RigError(f"{file}: entry {number}: a field's name is no text; quote it")
        try:
            pattern = re.compile(row["match"])
        except re.error as error:
            raise RigError(f"{file}: entry {number}: {row['match']!r}: {error}") from error
        rules.append(Rule(pattern, row["kind"], row.get("fields", {}), row.get("words", {})))
    return rules, plain.get("encoding", "utf-8"), plain.get("journal")


class Driver:
    """Plays Console; Watched."""

    observe: Observe

    def __init__(self, port: Port, *, personality: str | Path = "countertop") -> None:
        file = personality_file(personality, "console.yaml")
        self.observe = ignore
        self._port = port
        self._rules, self._encoding, self._journal = read_personality(file)
        self._kept = bytearray()

    def attend(self) -> None:
        """Read what has arrived, line by line."""
        while self._port.readable:
            chunk = self._port.read(until=self._port.clock.now())
            if chunk is None:
                return
            self._kept += chunk.data
            self._take_lines(chunk.t)

    def ask_journal(self) -> None:
        """Have the terminal print its journal; raises NotSupported where it cannot be asked."""
        if self._journal is None:
            raise NotSupported("this terminal's console takes no command for its journal")
        self._port.write(self._journal.encode(self._encoding))

    def _take_lines(self, t: float) -> None:
        *lines, rest = re.split(rb"[\r\n]+", bytes(self._kept))
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._kept = bytearray(rest)
        for line in lines:
            text = line.decode(self._encoding, "replace").strip().replace("\0", "")
            if text:
                self._take(text, t)

    def _take(self, text: str, t: float) -> None:
        masked = mask(text)
        self.observe("line", t=t, text=masked)
        if masked != text:
            self.observe("card_number_in_clear", t=t, channel="console", masked=masked)
        for rule in self._rules:
            fields = rule.read(masked)
            if fields is not None:
                self.observe(rule.kind, t=t, **fields)
