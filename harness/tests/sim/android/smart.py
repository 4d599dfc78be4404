"""A bench with a smart terminal that starts quickly, and somebody with a card before it."""

from collections.abc import Callable
from typing import Any, TypeVar
from unittest.mock import patch

from harness.clock import CooperativeClock
from harness.ports.base import Port
from harness.rig.address import BenchPort
from harness.sim import bench as benches
from harness.sim.bench import Bench
from harness.sim.card import read_deck
from harness.sim.terminal.models import read_character

T = TypeVar("T")
QUICK = {"loader": 0.1, "start": 0.2, "read_step": 0.02, "print_line": 0.01}
NOMINAL = 5.0
LOOKS = 0.05  # s between two looks of the cardholder at the display
STARTED = 30.0  # s until such a terminal is signed on; its modem takes longest


class Smart:
    """The bench, its terminal's supply on, its modem and host real simulators."""

    def __init__(self, clock: CooperativeClock, seed: int = 1, **times: float) -> None:
        def quick(name: str) -> dict[str, Any]:
            own = read_character(name)
            return {**own, "times": {**own["times"], **QUICK, **times}}

        self.clock = clock
        with patch.object(benches, "read_character", quick):
            self.bench = Bench(clock, {"terminal": "smart"}, seed=seed)
        self.card = "chip"
        self._deck = read_deck(self.bench._rng("cards"))
        self.bench.feed.source.go_to(NOMINAL)
        clock.spawn("cardholder", self._hold_card)

    @property
    def firmware(self) -> Any:
        """What runs on the terminal; None while it is off."""
        return self.bench.terminal.running

    def port(self) -> Port:
        """A client's way to the adb server."""
        return BenchPort(self.clock, "sim://adb", self.bench.connect)

    def cut(self, seconds: float) -> None:
        """Take the supply away for so long."""
        self.bench.feed.source.go_to(0.0)
        self.clock.sleep(seconds)
        self.bench.feed.source.go_to(NOMINAL)

    def _hold_card(self) -> None:
        """Insert the card when it is asked for, and take it back; ``""`` is no card."""
        slot = self.bench.slot
        while True:
            self.clock.sleep(LOOKS)
            firmware = self.firmware
            shown = firmware.screen.shown if firmware is not None else ""
            if shown.startswith("金额") and not slot.present and self.card:
                slot.insert(self._deck[self.card])
            elif slot.present and (firmware is None or not firmware.payment.selling):
                slot.remove()


def play(act: Callable[[Smart], T], **times: float) -> T:
    """What ``act`` finds on such a bench, in virtual time."""
    clock = CooperativeClock()

    def live() -> T:
        smart = Smart(clock, 1, **times)
        clock.sleep(STARTED)
        return act(smart)

    return clock.run(live)
