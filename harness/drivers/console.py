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
``_bool`` (true for 1, true, yes, on, in any case), ``_money`` (minor units of ``1.234,50`` or
``$1,234.50``), nothing for text. A group that took no part is no field; one that caught what its
type cannot be is a trouble of the bench, which names the entry. ``words`` maps a field's text
before anything else; a word that is not listed stays as it is, unless there is an entry ``"*"``.
Write the field ``"on"`` in quotes: YAML takes it for true.

What is said in many places is a table of its own, named in ``words`` and, as any of its keys, in
``match``; a model that differs in its tables, or has more lines, is ``like:`` another one::

    tables:
      texts: {"NO SIM": sim_missing, "DECLINED": card_declined}
    lines:
      - {match: 'LCD "(?P<cause><<texts>>)"', kind: report, words: {cause: texts}}
"""

import re
from pathlib import Path

from harness.drivers._console_rules import read_personality
from harness.drivers._personality import personality_file
from harness.errors import NotSupported
from harness.model.roles import Observe, ignore
from harness.ports.base import Port
from harness.wire.masked import without_bcd
from harness.wire.pan import numbers
from harness.wire.pan_lines import mask_after

IDENTITY = None
LONGEST_LINE = 4096  # bytes: what has no line end by then is taken for a line


class Driver:
    """Plays Console; Watched."""

    observe: Observe

    def __init__(self, port: Port, *, personality: str | Path = "countertop") -> None:
        file = personality_file(personality, "console.yaml")
        self.observe = ignore
        self._port = port
        self._rules, self._encoding, self._journal = read_personality(file)
        self._kept = bytearray()
        self._before = ""  # the last line: a card number may go on in the next one

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

    def tells(self) -> frozenset[str]:
        """The kinds for which there are words, and the channels on which reports are read."""
        channels = {str(rule.fields["on"]) for rule in self._rules if "on" in rule.fields}
        return frozenset(channels.union(rule.kind for rule in self._rules))

    def _take_lines(self, t: float) -> None:
        *lines, rest = re.split(rb"[\r\n]+", bytes(self._kept))
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._kept = bytearray(rest)
        for line in lines:
            line = line.lstrip(b" ")  # in BCD that is 20: no card number begins so
            shown = without_bcd(line, self._encoding)
            text = shown.decode(self._encoding, "replace").strip().replace("\0", "")
            if text:
                self._take(text, t)
            if shown != line:
                found = numbers(line.decode("latin-1"))
                self.observe("card_number_in_clear", t=t, channel="console", masked=found)

    def _take(self, text: str, t: float) -> None:
        masked, found = mask_after(self._before, text)
        self._before = text
        self.observe("line", t=t, text=masked)
        if found:
            self.observe("card_number_in_clear", t=t, channel="console", masked=found)
        for rule in self._rules:
            fields = rule.read(masked)
            if fields is not None:
                self.observe(rule.kind, t=t, **fields)
