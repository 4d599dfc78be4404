"""The simulated bench: every device, and what connects them besides their protocols.

The supply's output feeds the terminal, through those switches that somebody has connected to; the
attenuator damps the modem's radio; the modem's bearer carries packets over the link to the acquirer
and the update store; the presenter works on the terminal's card slot. A device is made when
somebody first connects to it or another needs it; each draws its chance from a generator of its
own, grown from the seed and the device's name.

What a plan (``bench:`` in a rig file) may say is in ``harness.sim.bench_plan``.
"""

import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.links.carrier import Carrier
from harness.links.certificates import keep_authority, trusted
from harness.links.link import Link
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.acquirer import Acquirer
from harness.sim.attenuator import Attenuator
from harness.sim.bench_plan import REAL, SIZES, USUAL_MODEM, USUAL_SUPPLY
from harness.sim.card import Card, make_card
from harness.sim.card_robot import CardRobot
from harness.sim.carrier_api import CarrierApi
from harness.sim.feed import Feed
from harness.sim.field_servo import FieldServo
from harness.sim.flash_tap import FlashTap
from harness.sim.hands import Hands
from harness.sim.host_places import places, put_up
from harness.sim.internet import Internet
from harness.sim.modems import make as modems
from harness.sim.modems.modem import Modem
from harness.sim.outlets import Accept, accept_of, outlet_of
from harness.sim.planted import planted
from harness.sim.presenter import Presenter
from harness.sim.radio import Radio
from harness.sim.rail import Rail
from harness.sim.sim_mux import SimMux
from harness.sim.sim_tray import Sim, SimTray, read_sim, usual_tray
from harness.sim.slot import Slot
from harness.sim.stripe_coil import StripeCoil
from harness.sim.supplies.make import make_supply
from harness.sim.switch import PulseSwitch, RelayBoard
from harness.sim.terminal.cell import PART, Cell
from harness.sim.terminal.countertop import Countertop
from harness.sim.terminal.models import read_character
from harness.sim.terminal_place import TerminalPlace
from harness.sim.update_store import UpdateStore
from harness.sim.wifi import AccessPoint, Station


class Bench:
    """All simulated devices of one rig."""

    def __init__(
        self,
        clock: CooperativeClock,
        plan: Mapping[str, Any],
        *,
        seed: int = 0,
        defects: Sequence[str] = (),
    ) -> None:
        self.clock = clock
        self._plan = dict(plan)
        self._seed, self._defects = seed, tuple(defects)
        self._held = ExitStack()
        if self._plan.get("authority"):
            keep_authority(Path(str(self._plan["authority"])))
        if self._plan.get("terminal"):
            _ = self.terminal  # it must be there before the supply powers it

    def close(self) -> None:
        """Let go of what is not in this process."""
        self._held.close()

    def connect(self, name: str) -> Port:
        """Our end of a new connection; raises NoSuchDevice, or PortLost when it is refused."""
        ours, theirs = pair(self.clock, f"sim://{name}")
        self.outlet(name)(theirs)
        return ours

    def outlet(self, name: str) -> Accept:
        """Where a connection to ``name`` is accepted; raises NoSuchDevice."""
        device, outlet = outlet_of(name, self._plan)
        return accept_of(device, outlet, getattr(self, device).outlets)

    def _rng(self, device: str) -> random.Random:
        return random.Random(f"{self._seed}/{device}")

    @property
    def _channel(self) -> int:
        return int(self._plan.get("channel", 2))

    @cached_property
    def feed(self) -> Feed:
        return Feed(self.clock, self._terminal_draws, self._feed_switched)

    @property
    def rail(self) -> Rail:
        """The terminal's supply input."""
        return self.feed.load

    @cached_property
    def pulse_switch(self) -> PulseSwitch:
        own = read_plain(fixture("switch", "pulse_mcu", "personality.yaml"))
        return PulseSwitch(self.clock, own, self.feed, rng=self._rng("pulse_switch"))

    @cached_property
    def relay_board(self) -> RelayBoard:
        own = read_plain(fixture("switch", "lcus", "personality.yaml"))
        return RelayBoard(self.clock, own, self.feed, rng=self._rng("relay_board"))

    @cached_property
    def supply(self) -> Any:
        return make_supply(
            self.clock, str(self._plan.get("supply", USUAL_SUPPLY)), rng=self._rng("supply"),
            rails={self._channel: self.feed.source}, load=self._load,
        )  # fmt: skip

    def _load(self, channel: int) -> float:
        return self.feed.amps() if channel == self._channel else 0.0

    def _terminal_draws(self) -> float:
        if not self._plan.get("terminal"):
            return 0.0
        cell = self.terminal.cell
        return float(self.terminal.amps + (cell.amps if cell is not None else 0.0))

    def _feed_switched(self) -> None:
        if "supply" in vars(self):  # it is there, and its load is another now
            self.supply.load_changed(self._channel)

    @cached_property
    def radio(self) -> Radio:
        return Radio(self.clock, rsrp=float(self._plan.get("rsrp", -85.0)))

    @cached_property
    def attenuator(self) -> Attenuator:
        return Attenuator(self.clock, self.radio)

    @cached_property
    def link(self) -> Link:
        return Link(self.clock, rng=self._rng("link"))

    @cached_property
    def internet(self) -> Internet:
        if self._plan.get("link", SIZES) != REAL:
            internet = Internet(self.clock, self.link)
        else:
            from harness.sim.real_internet import make_real_internet  # large, and on few benches

            bits, held = self._rng("bits"), self._held
            internet = make_real_internet(self.clock, self.link, rng=bits, held=held)
        put_up(internet, self.acquirer, self.store)
        return internet

    @cached_property
    def modem(self) -> Modem:
        return modems.make_modem(
            self.clock, str(self._plan.get("modem", USUAL_MODEM)), rng=self._rng("modem"),
            radio=self.radio, link=self.link, internet=self.internet, tray=self.tray,
        )  # fmt: skip

    @cached_property
    def tray(self) -> SimTray:
        """The terminal's SIM cards; the link's carrier is that of the first."""
        return usual_tray(self.link.carrier, Carrier(clock=self.clock))

    @cached_property
    def _swap(self) -> Sim:
        """Another SIM of the first one's carrier, which a SIM switch may put in its place."""
        return read_sim("second", Carrier(clock=self.clock))

    @cached_property
    def sim_mux(self) -> SimMux:
        first = self.tray.slots["1"]
        return SimMux(self.clock, self.tray, [one for one in (first, self._swap) if one])

    @cached_property
    def carrier_api(self) -> CarrierApi:
        sims = [one for one in (*self.tray.slots.values(), self._swap) if one]
        return CarrierApi(
            self.clock, read_plain(fixture("carrier", "harness_mobile.yaml")),
            {one.iccid: one.account for one in sims}, rng=self._rng("carrier_api"),
        )  # fmt: skip

    @cached_property
    def access_point(self) -> AccessPoint:
        return AccessPoint(self.clock, self.internet, rng=self._rng("wifi"))

    @cached_property
    def acquirer(self) -> Acquirer:
        own = read_plain(fixture("host", "test_acquirer.yaml"))
        if not self._plan.get("terminal") and not self.clock.virtual:
            own["starts"] = datetime.now().astimezone().isoformat()  # a real terminal's day
        kept = self._plan.get("ledger")
        books = str(Path(str(kept)).expanduser()) if kept else ""
        return Acquirer(self.clock, own, rng=self._rng("acquirer"), ledger=books)

    @cached_property
    def store(self) -> UpdateStore:
        own = dict(read_plain(fixture("updates", "test_store.yaml")))
        if self._plan.get("terminal"):  # what is offered is for the terminal of this bench
            own["model"] = read_character(str(self._plan["terminal"]))["identity"]["model"]
        return UpdateStore(self.clock, own, rng=self._rng("store"))

    @cached_property
    def slot(self) -> Slot:
        return Slot(self.clock)

    @cached_property
    def presenter(self) -> Presenter:
        deck = read_plain(fixture("cards", "deck.yaml"))
        return Presenter(self.clock, self.slot, deck, rng=self._rng("presenter"))

    @cached_property
    def hands(self) -> Hands:
        return Hands(self.clock, self.terminal)

    @cached_property
    def adb_server(self) -> Any:
        """On the bench's computer, which the terminal is plugged into where it has adb."""
        from harness.sim.android.server import AdbServer  # as large, and as seldom
        from harness.sim.android.system import serial_of

        model = self._plan.get("terminal")
        tid = str(read_character(str(model))["identity"]["tid"]) if model else ""
        outlet = self.terminal.outlets.get("adb") if model else None
        return AdbServer(self.clock, outlet, serial=serial_of(tid), rng=self._rng("adb_server"))

    @cached_property
    def flash_tap(self) -> FlashTap:
        """On the flash of whichever unit is in place."""
        own = read_plain(fixture("flash", "tap_mcu", "personality.yaml"))
        tap = FlashTap(self.clock, own, self.feed)
        if self._plan.get("terminal"):
            self.terminal.on_program = tap.programmed
        return tap

    @cached_property
    def card_robot(self) -> CardRobot:
        cards = map(self._card, ("chip", "stripe", "mute", "bad_atr", "tap"))
        return CardRobot(self.clock, self.slot, list(cards))

    @cached_property
    def stripe_coil(self) -> StripeCoil:
        return StripeCoil(self.clock, self.slot, rng=self._rng("stripe_coil"))

    @cached_property
    def field_servo(self) -> FieldServo:
        arms = {channel: self._card(name) for channel, name in enumerate(("tap", "other_tap"))}
        return FieldServo(self.clock, self.slot.antenna, arms)

    def _card(self, name: str) -> Card:
        deck = read_plain(fixture("cards", "deck.yaml"))["cards"]
        return make_card(name, deck[name], self._rng(f"card {name}"))

    @cached_property
    def terminal(self) -> Any:
        """A board of this process, or where one stands that is another."""
        own = read_character(str(self._plan["terminal"]))
        return self._place(own) if self._plan.get("process") else self._board(own)

    def _place(self, own: Mapping[str, Any]) -> TerminalPlace:
        """Its board is a process of its own."""
        kept = self._plan["process"]
        host, store = places(tls=own["network"]["tls"])
        order = {"host": host, "store": store, "authorities": trusted(), "defects": self._defects}
        place = TerminalPlace(
            self.clock, str(self._plan["terminal"]), own, rail=self.rail, modem=self.modem,
            slot=self.slot, rng=self._rng("terminal"), folder="" if kept is True else str(kept),
            order=order,
        )  # fmt: skip
        self._held.callback(place.close)
        return place

    def _board(self, own: Mapping[str, Any]) -> Countertop:
        host, store = places(tls=own["network"]["tls"])
        wifi = bool(self._plan.get("wifi", "wifi" in own["network"]["bearers"]))
        terminal = Countertop(
            self.clock, rail=self.rail, modem=self.modem, slot=self.slot, personality=own,
            keys=read_plain(fixture("host", "test_acquirer.yaml")),
            rng=self._rng("terminal"), firmware=planted(self._defects), store=store, host=host,
            authorities=trusted(), station=Station(self.access_point) if wifi else None,
        )  # fmt: skip
        if PART in own["parts"]:
            terminal.cell = Cell(self.clock, terminal.body, self.feed, lambda: terminal.amps)
            self.clock.spawn("terminal's cell", terminal.cell.run)
        return terminal
