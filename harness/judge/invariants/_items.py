"""Items of a batch's upload: which of them the host has, as the terminal knows."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from harness.judge._host_words import SPOILING
from harness.judge._monitor import TERMINAL
from harness.judge._telling import mti_of, stan_of
from harness.model.trace import Observation

#: Acts after which no sound answer arrives: whoever answered was not heard.
LAPSES = SPOILING | {"drop"}
ITEM, TAKEN, SETTLEMENT = "0320", "0330", "0500"

Key = tuple[str, str, int]  # terminal, batch, trace number


class Items:
    """Items that went out again although the terminal had heard that the host has them.

    An upload that was broken off is gone on with (cut point P11). A restart may forget what was
    heard last; whoever asks for another settlement, or hears that something was not taken, may
    begin anew. Only items that go out singly, under their own numbers, can be told apart.
    """

    def __init__(self) -> None:
        self._asked: defaultdict[Key, list[Observation]] = defaultdict(list)
        self._lapses: Counter[int] = Counter()
        self._known: dict[Key, Observation] = {}
        self._again: list[tuple[Observation, Observation]] = []

    def on(self, seen: Observation) -> None:
        """Take in a line about one, or a restart."""
        stan = stan_of(seen)
        if seen.kind == "boot":
            self._known.clear()
        elif stan is None:
            return
        elif seen.kind == "misbehaved":
            self._lapses[stan] += mti_of(seen) == ITEM and seen.get("act") in LAPSES
        elif seen.kind == "request_received":
            self._ask((str(seen.get("tid")), str(seen.get("batch")), stan), seen)
        elif seen.kind == "answer_received" and seen.source == TERMINAL and mti_of(seen) == TAKEN:
            self._hear(stan, seen)

    def _ask(self, key: Key, seen: Observation) -> None:
        if mti_of(seen) == SETTLEMENT:
            self._known.clear()
        if mti_of(seen) != ITEM or not seen.get("amount"):
            return
        if key in self._known:
            self._again.append((self._known.pop(key), seen))
        self._asked[key].append(seen)

    def _hear(self, stan: int, seen: Observation) -> None:
        if str(seen.get("response")) != "00":
            self._known.clear()
            return
        for key, rows in self._asked.items():
            if key[2] == stan and len(rows) > self._lapses[stan]:
                self._known[key] = seen

    def sent_again(self) -> Iterator[tuple[Observation, Observation]]:
        """The answer that was heard, and the same item once more."""
        yield from self._again
