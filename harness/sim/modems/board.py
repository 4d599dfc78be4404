"""A modem's board: power, reset, ports, and who is told what unasked."""

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from harness.clock import Clock, Timer
from harness.errors import PortLost
from harness.model.words import find
from harness.ports.base import Port
from harness.sim.modems.dialect import Dialect, usual
from harness.sim.modems.port import AtPort
from harness.sim.modems.registration import draw

PORTS = ("at0", "at1")


class Board:
    """What a modem is without its network.

    Args:
        clock: The bench's clock.
        personality: As in ``fixtures/modem/ec25/personality.yaml``.
        rng: All of its chance.

    Attributes:
        outlets: ``at0``, ``at1``; one that is away refuses a connection with PortLost.
        personality: With what is usual filled in.
        dialect: Its language.
        ports: The connections there are.
        stored: Profiles kept by AT&W, by port.
        kept: Parameters that outlast power and belong to no port.
        awake: Whether it has booted.
        hung: Set to have it answer nothing more, until power or its reset line.
        boots: Times it has lost its state.
    """

    def __init__(self, clock: Clock, personality: Mapping[str, Any], *, rng: random.Random) -> None:
        self.clock, self.rng = clock, rng
        self.personality = usual(personality)
        kind: type[Dialect] = find(
            "harness.sim.modems", self.personality["language"],
            group="harness.modems", name="Dialect",
        )  # fmt: skip
        self.dialect = kind(self.personality)
        self.outlets: dict[str, Callable[[Port], None]] = {
            name: partial(self._accept, name) for name in PORTS
        }
        self.ports: list[AtPort] = []
        self.stored: dict[str, Any] = {}
        self.kept: dict[str, str] = {}
        self.awake = self.powered = self.hung = self._usb = False
        self.boots = 0

    def quirk(self, name: str) -> Any:
        """One of the personality's quirks."""
        return self.personality["quirks"][name]

    def code(self, name: str) -> int | None:
        """One of the personality's +CME ERROR codes."""
        number: int | None = self.personality["codes"][name]
        return number

    # --- power ---

    def power(self, *, on: bool) -> None:
        """Give it power or take it away; with power it boots."""
        if on == self.powered:
            return
        self.powered = on
        self._fall_asleep()
        if on:
            self._boot()

    def reset(self) -> None:
        """The reset line, or +CFUN=1,1: deaf, then its first words."""
        if self.powered:
            self._fall_asleep()
            self._boot()

    def _fall_asleep(self) -> None:
        self.boots += 1
        self.awake = self.hung = self._usb = False
        self._went_down()
        for port in list(self.ports):
            port.restart()

    def _boot(self) -> None:
        times = self.personality["times"]
        after = draw(self.rng, times, "boot")
        self._in(max(0.0, after - times["usb"]), self._enumerate)
        self._in(after, self._wake)

    def _enumerate(self) -> None:
        self._usb = True

    def _wake(self) -> None:
        self.awake = True
        self.say("boot")
        self._came_up()

    def _went_down(self) -> None:
        """It has lost its state."""

    def _came_up(self) -> None:
        """It has said its first words."""

    def later(self, time: str, act: Callable[[], None]) -> Timer:
        """Do it after one of the personality's times, unless the modem restarts before."""
        return self._in(draw(self.rng, self.personality["times"], time), act)

    def _in(self, after: float, act: Callable[[], None]) -> Timer:
        boots = self.boots
        return self.clock.call_at(
            self.clock.now() + after, lambda: act() if self.boots == boots else None
        )

    # --- ports ---

    def _accept(self, name: str, port: Port) -> None:
        usb = name in self.personality["usb"]
        if usb and not self._usb:
            raise PortLost(f"modem {name}: there is no such port at present")
        at = AtPort(self, name, port, usb=usb)  # type: ignore[arg-type] # it is a Modem
        self.ports.append(at)
        self.clock.spawn(f"modem {name}", at.work)

    def say(self, event: str) -> None:
        """What the dialect says of an event, unasked."""
        for after, line, setting in self.dialect.says(event):
            wanted = partial(_wants, setting)
            if after:
                self._in(after, partial(self.announce, line, wanted))
            else:
                self.announce(line, wanted)

    def announce(self, line: str, wanted: Callable[[AtPort], bool] = lambda _: True) -> None:
        """An unasked line, to every port that wants it; at once, even inside an answer."""
        if not self.awake or self.hung:
            return
        for port in list(self.ports):
            if wanted(port):
                try:
                    port.announce(line)
                except PortLost:
                    self.ports.remove(port)


def _wants(setting: str, port: AtPort) -> bool:
    return not setting or bool(port.settings.get(setting))
