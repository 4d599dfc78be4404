"""Benches that leak: what each device says, bent so that card numbers are in it, in its framing.

A run's first item has all devices leak beside what they say. In each later one a single device
says nothing but card numbers, from its first word on or in the middle of the story.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from harness.tests.safety.spellings import PANS, SPELT
from harness.tests.safety.tapped import Bend, Tapped

LATER = 9.0  # s: the terminal is ready
TEXT = ("terminal/console", "modem", "supply", "switch", "attenuator", "reader", "stripe", "field",
        "sim_card", "flash")  # fmt: skip
JSON = ("network", "host", "updates", "hands")
#: Device -> its events that are observed, and fields that each of them has.
EVENTS = {
    "network": ("notice text", "name_asked host answer", "diverted host port", "dropped why size"),
    "host": ("request_received mti stan field_35", "answered mti code", "violation what"),
    "updates": ("requested path headers", "served version file", "violation what"),
    "hands": ("door what", "printed text", "code_shown text"),
}


class Leaks:
    """All cards in all spellings, one after the other; remembers who leaked."""

    def __init__(self) -> None:
        self._pairs = zip(itertools.cycle(SPELT), itertools.cycle(PANS))
        self.told: dict[str, int] = {}
        self.spelt: set[str] = set()

    def next(self, device: str) -> str:
        """A card's number, not as it stands on the card."""
        name, pan = next(self._pairs)
        self.told[device] = self.told.get(device, 0) + 1
        self.spelt.add(name)
        return SPELT[name](pan)

    def plain(self, device: str) -> str:
        """A card's number as digits."""
        return next(itertools.islice(itertools.cycle(PANS), self.told.get(device, 0) % 4, None))

    def beside(self, device: str) -> Bend:
        """What the device says, and a leak."""
        frame = self._frame_of(device)

        def bend(chunk: bytes) -> list[tuple[float, bytes]]:
            whole = chunk.endswith(b"\n") or device.startswith("terminal/")
            return [(0.0, chunk), *((0.05, one) for one in frame() if whole)]

        return bend

    def instead(self, device: str) -> Bend:
        """A leak alone; for a part of it as the answer to a question, for another as nonsense."""
        frame = self._frame_of(device)
        count = itertools.count()

        def bend(chunk: bytes) -> list[tuple[float, bytes]]:
            if next(count) % 3 == 0:
                return [(0.0, chunk + frame()[0])]
            said = self.next(device)
            short = f"{' ' * (next(count) % 60)}{self.plain(device)}"  # a quote may cut it
            wrong = json.dumps({"error": said, said: said}) if device in JSON else short
            return [(0.0, wrong.encode() + b"\r\n")]

        return bend

    def _frame_of(self, device: str) -> Callable[[], list[bytes]]:
        """Makes a leak in the device's own framing."""
        name = device.removeprefix("terminal/")
        makes: dict[str, Callable[[], list[bytes]]] = {
            "ecr": lambda: [_status(self.next(device).encode()[:100])],
            "modem": lambda: [_spoken(self.next(device))],
        }
        lines: Callable[[], list[bytes]] = lambda: [self.next(device).encode() + b"\r\n"]  # noqa: E731
        return (lambda: self._events(device)) if device in JSON else makes.get(name, lines)

    def _events(self, device: str) -> list[bytes]:
        rows: list[dict[str, Any]] = []
        for words in EVENTS[device]:
            event, *names = words.split()
            said = {name: self.next(device) for name in names}
            number = int(self.plain(device))
            rows.append({"event": event, **said, "deep": [{said[names[0]]: number}]})
        return [json.dumps(row).encode() + b"\n" for row in rows]


def _status(text: bytes) -> bytes:
    """An intermediate status of ZVT (04 FF) with a text in its TLV container."""
    lines = b"\x24" + bytes([len(text) + 2, 0x07, len(text)]) + text
    body = b"\xff\x03\x06" + bytes([len(lines)]) + lines
    return b"\x04\xff" + bytes([len(body)]) + body


def _spoken(text: str) -> bytes:
    """What a network writes to its customers, and what a modem complains of."""
    rows = (f'+CUSD: 0,"{text}",15', f'+COPS: 0,0,"{text}",7', f"+CMTI: {text}", text)
    return "".join(f"\r\n{row}\r\n" for row in rows).encode("utf-8", "replace")


class Item(NamedTuple):
    """Who leaks in an item, how, and from when on."""

    devices: Sequence[str]
    alone: bool = False
    since: float = LATER


def benches(leaks: Leaks, items: Sequence[Item]) -> Callable[..., Tapped]:
    """Makes the bench of the next item; the last one leaks for all that follow."""
    waiting = list(items)

    def bench(*args: Any, **keys: Any) -> Tapped:
        item = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        way = leaks.instead if item.alone else leaks.beside
        bends = {device: way(device) for device in item.devices}
        return Tapped(*args, bends=bends, since=item.since, **keys)

    return bench
