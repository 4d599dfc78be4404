"""How the cells of the table get into a run: on a bench's wires, by adb, in frames, as messages."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from harness.sim.android import display, system
from harness.sim.android.logd import PAYMENT_TAG
from harness.sim.android.shell import Call, Command, Shell
from harness.sim.modems.messages import Message, split
from harness.sim.terminal.registers import frames
from harness.tests.safety.leaking_table import READS, Cell, cells
from harness.tests.safety.tapped import Bend, Tapped

LATER = 9.0  # s: the terminal is ready
PUSHED = ("console", "network", "host", "updates", "hands", "modem")
ASKED = ("supply", "switch", "attenuator", "reader", "stripe", "field", "sim_card", "flash")
#: Register in the rig file -> channels of its line.
LINES = {"zvt": ("ecr", "receipt"), "nexo": ("nexo",)}
FRAMES = {"concert": "concert", "mispos": "mispos_bcd", "codepay": "codepay"}
ADB = ("log", "display", "properties", "health", "files", "extras", "complaint")
APART = 0.002  # s between two pieces
FRAME = 20  # bytes of a frame that come first, the rest in another read

_waiting: dict[str, Iterator[Cell]] = {}
_made: list[Tapped] = []


@contextmanager
def asking() -> Iterator[None]:
    """Within, whoever is asked answers with the next cell of its channel, each once."""
    names = (*ASKED, *(f"adb {name}" for name in ADB))
    _waiting.update({name: iter(cells(name)) for name in names})
    fill_messages(_made[-1])
    try:
        yield
    finally:
        _waiting.clear()


def next_of(channel: str) -> Cell | None:
    """The next cell that was not said yet; None while nobody asks."""
    return next(_waiting.get(channel, iter(())), None)


# --- on the wires ---------------------------------------------------------------------------


def beside(said: Sequence[Cell]) -> Bend:
    """All of it once, behind the first thing that the device says."""
    pieces = [piece for cell in said for piece in cell.pieces]

    def bend(chunk: bytes) -> list[tuple[float, bytes]]:
        more = [(APART * at, piece) for at, piece in enumerate(pieces, 1)]
        pieces.clear()
        return [(0.0, chunk), *more]

    return bend


def before_the_end(said: Sequence[Cell]) -> Bend:
    """All of it once, before a transaction's completion (ZVT, 06 0F): within the dialogue."""
    pieces = [piece for cell in said for piece in cell.pieces]

    def bend(chunk: bytes) -> list[tuple[float, bytes]]:
        if not chunk.startswith(b"\x06\x0f"):
            return [(0.0, chunk)]
        row = [(APART * at, piece) for at, piece in enumerate((*pieces, chunk))]
        pieces.clear()
        return row

    return bend


def instead(channel: str) -> Bend:
    """A cell in place of an answer."""

    def bend(chunk: bytes) -> list[tuple[float, bytes]]:
        cell = next_of(channel)
        pieces = (chunk,) if cell is None else cell.pieces
        return [(APART * at, piece) for at, piece in enumerate(pieces)]

    return bend


def in_two(chunk: bytes) -> list[tuple[float, bytes]]:
    """Whatever is long comes in two reads."""
    return [(0.0, chunk[:FRAME]), (APART, chunk[FRAME:])]


def leaky_bench(register: str) -> Callable[..., Tapped]:
    """Makes benches that leak on the register's line; with ``zvt`` on every other wire as well."""

    def bench(*args: Any, **keys: Any) -> Tapped:
        bends = {name: instead(name) for name in ASKED}
        if register == "zvt":
            bends |= {name: beside(cells(name)) for name in PUSHED}
            bends["terminal/console"] = bends.pop("console")
        if register in LINES:
            said, ends = cells(*LINES[register]), register == "zvt"
            line = "terminal/ecr" if ends else f"terminal/{register}"
            bends[line] = before_the_end(said) if ends else beside(said)
        elif register in FRAMES:
            bends["terminal/frames"] = bends["terminal/concert"] = in_two
        _made.append(Tapped(*args, bends=bends, since=LATER, **keys))
        return _made[-1]

    return bench


def fill_messages(bench: Tapped) -> None:
    """Short messages: packed septets, UCS-2, over two parts, as a sender, and nonsense."""
    store, now = bench.modem.messages, bench.modem.now()
    for number, cell in enumerate(cells("messages")):
        text = "".join(piece.decode("latin-1") for piece in cell.pieces)
        if cell.encoding == READS:
            for part in split("Carrier", f"{'x' * 144}{cell.pan}{'y' * 30}", now, number):
                store.keep(part)
        elif cell.encoding == "UCS-2":
            store.keep(Message("Carrier", f"\u5361 {cell.pan}", now))
        elif cell.encoding == "7 bit":
            store.keep(Message(cell.pan, "from a card", now))
            store.keep(_Nonsense("", text, now))
        else:
            store.keep((_Bytes if cell.encoding == "BCD" else Message)("Carrier", text, now))


class _Bytes(Message):
    """A message of 8 bits a sign (TS 23.038, 4)."""

    def _body(self, header: bytes) -> tuple[int, int, bytes]:
        octets = header + self.text.encode("latin-1")
        return 4, len(octets), octets


class _Nonsense(Message):
    """What is no PDU: a driver can only quote it."""

    def pdu(self) -> tuple[int, str]:
        return len(self.text) // 2, f"FF{self.text}"


# --- in frames ------------------------------------------------------------------------------


def leak_in_frames(monkeypatch: pytest.MonkeyPatch, register: str) -> None:
    """Before its answer a terminal sends a frame for each cell: one a field, others nonsense."""
    honest, waiting = frames.Dialogue._tell, cells(register)

    def tell(own: Any, asked: dict[str, str], *rest: Any) -> None:
        for cell in waiting:
            body = cell.pieces[0]
            if cell.encoding == READS:
                values = {**asked, "order": "0", "pos": "9", "code": "0", "card": cell.pan}
                body = own.layout(asked).encode(values, 2)
            own._line.send(body, own._clock.now())
        waiting.clear()
        honest(own, asked, *rest)

    monkeypatch.setattr(frames.Dialogue, "_tell", tell)
    if register != "concert":
        monkeypatch.setattr(frames.Dialogue, "PROFILE", FRAMES[register])


# --- by adb ---------------------------------------------------------------------------------


def leak_by_adb(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log leaks when a shell is opened; commands do while ``asking``."""
    honest = system.System.shell
    logged: set[int] = set()

    def shell(own: Any) -> Shell:
        if own.clock.now() > LATER and id(own) not in logged:
            logged.add(id(own))
            for cell in cells("adb log"):
                for piece in cell.pieces:
                    own.logd.add(PAYMENT_TAG, f"ui: {piece.decode('latin-1')}")
        found = honest(own)
        commands = found._commands
        found._commands = {**commands, **_bent(own, commands)}
        return found

    drawn = display.hierarchy

    def hierarchy(text: str, package: str) -> str:
        cell = next_of("adb display")
        return drawn(text if cell is None else _text(cell), package)

    monkeypatch.setattr(system.System, "shell", shell)
    monkeypatch.setattr(display, "hierarchy", hierarchy)


def _bent(own: Any, commands: Any) -> dict[str, Command]:
    def says(name: str, channel: str, only: str = "") -> Command:
        def run(call: Call) -> int:
            cell = next_of(channel) if only in " ".join(call.words) else None
            return commands[name](call) if cell is None else _say(call, _text(cell))

        return run

    def am(call: Call) -> int:
        query = any(word.endswith("/.Query") for word in call.words)
        cell = next_of("adb extras" if query else "adb complaint")
        if cell is None:
            return int(commands["am"](call))
        if not query:
            return call.complain(f"Error: {_text(cell)}")
        data = {"found": True, "open": False, "result": 0, "state": _text(cell), "code": "",
                "text": _text(cell), "extras": {"reason": f"[A1] {_text(cell)}"}}  # fmt: skip
        return _say(call, f'Broadcast completed: result=0, data="{json.dumps(data)}"')

    def dumpsys(call: Call) -> int:
        cell = next_of("adb health") if "battery" in call.words else None
        if cell is None:
            return int(commands["dumpsys"](call))
        return _say(call, f"  AC powered: true\n  level: {_text(cell)}\n  voltage: {_text(cell)}")

    return {
        "am": am, "dumpsys": dumpsys, "date": says("date", "adb files", only="date +%s"),
        "getprop": says("getprop", "adb properties", only="ro.product.model"),
    }  # fmt: skip


def _text(cell: Cell) -> str:
    return cell.pieces[0].decode("latin-1")


def _say(call: Call, text: str) -> int:
    call.say(text)
    return 0
