"""Terminals that are good behind protocols other than ZVT, and speak them otherwise.

What allows it stands at each.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from harness.ports.base import Port
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome
from harness.sim.terminal.registers import frames
from harness.wire.frames import Frame
from harness.wire.frames_profile import Result


class Dialogue(Protocol):
    """One register's connection, in two tasks."""

    def read(self) -> None: ...

    def run(self) -> None: ...


def served(
    base: type[Firmware], asked: str, make: Callable[[Firmware, Port], Dialogue]
) -> type[Firmware]:
    """The same, whose registers of one protocol meet another dialogue."""

    class Served(base):  # type: ignore[misc, valid-type]
        def serve_register(self, word: str, port: Port) -> None:
            if word != asked or self.recovery.running:
                super().serve_register(word, port)
                return
            dialogue = make(self, port)
            self.board.spawn("register reader", dialogue.read)
            self.board.spawn("register", dialogue.run)

    return Served


def asks_for_each_frame_twice(base: type[Firmware]) -> type[Firmware]:
    """ISO 1745: NAK on a bad line has a frame sent again; its own answers come twice, too."""

    class Own(frames.Dialogue):
        def __init__(self, firmware: Firmware, port: Port) -> None:
            super().__init__(firmware, port)
            self._quirks = {**self._quirks, "twice": True}
            self._good = True
            line = self._line
            usual = line.on_frame

            def on_frame(frame: Frame) -> None:
                self._good = not self._good
                if self._good:
                    usual(frame)
                else:
                    line.sign("nak")

            line.on_frame = on_frame  # type: ignore[method-assign]

    return served(base, "frames", Own)


def counts_for_its_register(base: type[Firmware]) -> type[Firmware]:
    """No rule has a register be told the host's trace number: here it is another."""
    away = 7000

    class Own(frames.Dialogue):
        def _deal(self, deal: Any, asked: dict[str, str], order: str) -> None:
            original = max(0, int(asked.get("original") or 0) - away)
            super()._deal(deal, {**asked, "original": str(original)}, order)

        def _tell(
            self, asked: dict[str, str], outcome: Outcome, result: Result, text: str
        ) -> None:  # fmt: skip
            number = outcome.stan + away if outcome.stan else 0
            super()._tell(asked, replace(outcome, stan=number), result, text)

    return served(base, "frames", Own)


def names_no_reason(base: type[Firmware]) -> type[Firmware]:
    """A failure is ``other``, a refusal ``05``; no text, no card, no authorisation code."""

    class Own(frames.Dialogue):
        def _text(self, cause: str) -> str:
            return ""

        def _result(self, outcome: Outcome) -> Result:
            coarse = {"failed": Result("Z4", "failed"), "declined": Result("05", "declined")}
            return coarse.get(outcome.outcome) or super()._result(outcome)

        def _tell(
            self, asked: dict[str, str], outcome: Outcome, result: Result, text: str
        ) -> None:  # fmt: skip
            super()._tell(asked, replace(outcome, pan="", auth=""), result, text)

    return served(base, "frames", Own)
