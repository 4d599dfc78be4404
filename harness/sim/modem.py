"""A cellular modem (personality: Quectel EC25) behind its AT ports, with the data plane it gives.

Here is the modem itself: power, SIM, registration, bearer, counters, messages. Its AT ports are in
``modem_port``, its commands in ``modem_commands``, its way through the network in ``registration``.
Sources: 3GPP TS 27.007, TS 24.301; Quectel EC25&EC21 AT Commands Manual.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from operator import is_
from typing import Any

from harness.clock import Clock, Timer
from harness.errors import PortLost
from harness.links.link import Link
from harness.ports.base import Port
from harness.sim.bearer import Bearer
from harness.sim.internet import Internet, NoBearer
from harness.sim.messages import Message, MessageStore
from harness.sim.modem_commands import carry_out
from harness.sim.modem_port import AtPort
from harness.sim.radio import Radio
from harness.sim.registration import DENIED, SEARCHING, Registration, draw
from harness.sim.tcp import End

PORTS = ("at0", "at1")


class Modem:
    """One modem with its SIM.

    ``at0`` is meant for the terminal's firmware, ``at1`` for the bench; each has its own echo, CMEE
    and report settings. While the modem is off, booting or hung, a port hears nothing.

    Args:
        clock: The bench's clock.
        personality: As in ``fixtures/modem/ec25/personality.yaml``.
        rng: All of its chance.
        radio: What its antenna hears.
        link: The path and the carrier behind its bearer.
        internet: What is behind the path.
        powered: Whether it has power from the start.

    Attributes:
        outlets: ``at0``, ``at1``.
        registration: Its standing with the network.
        sent: Bytes the bearer took from the terminal, headers included.
        received: Bytes it gave to it.
        functionality: As set by +CFUN: 0, 1 or 4.
        wants_network: False after +COPS=2 or +CGATT=0.
        hung: Set to have it answer nothing more, until power or its reset line.
        boots: Times it has lost its state.
    """

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        radio: Radio,
        link: Link,
        internet: Internet,
        powered: bool = True,
    ) -> None:
        self.clock, self.personality, self.rng, self.radio = clock, personality, rng, radio
        self.link, self.carrier, self._internet = link, link.carrier, internet
        self.outlets: dict[str, Callable[[Port], None]] = {
            name: partial(self._accept, name) for name in PORTS
        }
        self.ports: list[AtPort] = []
        self.stored: dict[str, Any] = {}  # profiles kept by AT&W, by port name
        self.messages = MessageStore(personality["quirks"]["sms_places"])
        self.apn = personality["context"]["apn"]
        self.sim_present, self.sim_ready = True, False
        self.awake = self.powered = self.hung = False
        self.boots = self.sent = self.received = self.texts_sent = self._session = 0
        self.functionality, self.wants_network, self.synchronised = 1, True, False
        self.last_cause = ""
        self._bearer = False
        self._bearer_timer: Timer | None = None
        self.registration = Registration(
            clock, personality, rng=rng, radio=radio, carrier=link.carrier, may=self._may_search
        )
        self.registration.changed.append(self._registration_changed)
        self.carrier.on_plan.append(self._plan_changed)
        self.carrier.on_notice.append(self._notice)
        if powered:
            self.power(on=True)

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
        """The reset line, or +CFUN=1,1: deaf, then ``RDY``."""
        if self.powered:
            self._fall_asleep()
            self._boot()

    def set_sim(self, *, present: bool) -> None:
        """Put the SIM in or take it out, as a SIM switch does."""
        self.sim_present = present
        self.sim_ready = self.sim_ready and present
        if self.awake:
            self.announce("+CPIN: NOT READY" if not present else "+CPIN: READY")
            self.later("sim", self._find_sim) if present else self.registration.start_over()

    def _fall_asleep(self) -> None:
        self.boots += 1
        self.awake = self.sim_ready = self.hung = self.synchronised = False
        self.functionality, self.wants_network = 1, True
        self.registration.start_over()
        for port in self.ports:
            port.restart()

    def _boot(self) -> None:
        self.sent = self.received = 0
        self.later("boot", self._wake)

    def _wake(self) -> None:
        self.awake = True
        self.announce("RDY")
        self.later("sim", self._find_sim)

    def _find_sim(self) -> None:
        self.sim_ready = self.sim_present
        self.announce("+CPIN: READY" if self.sim_present else "+CPIN: NOT INSERTED")
        self.registration.start_over()

    def later(self, time: str, act: Callable[[], None]) -> Timer:
        """Do it after one of the personality's times, unless the modem restarts before."""
        boots = self.boots
        after = draw(self.rng, self.personality["times"], time)
        return self.clock.call_at(
            self.clock.now() + after, lambda: act() if self.boots == boots else None
        )

    # --- the ports ---

    def _accept(self, name: str, port: Port) -> None:
        at = AtPort(self, name, port, carry_out)
        self.ports.append(at)
        self.clock.spawn(f"modem {name}", at.work)

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

    # --- network ---

    def set_functionality(self, level: int) -> None:
        """+CFUN: 1 full, 0 and 4 without radio."""
        if level != self.functionality:
            self.functionality = level
            self.registration.start_over()

    def seek_network(self, *, on: bool) -> None:
        """+COPS=0 and +COPS=2, +CGATT=1 and +CGATT=0."""
        self.wants_network = on
        self.registration.start_over() if not on else self.registration.look()

    def _may_search(self) -> bool:
        return self.awake and self.functionality == 1 and self.sim_ready and self.wants_network

    def _registration_changed(self) -> None:
        state = self.registration
        for port in list(self.ports):
            for name in ("+CREG", "+CGREG", "+CEREG"):
                if port.levels[name]:
                    self.announce(port.registration(name, unasked=True), partial(is_, port))
        self._stop_bearer_timer()
        if state.registered:
            self.synchronised = True
            if not self._bearer:
                self._bearer_timer = self.later("bearer", self._bring_bearer)
        elif state.stat == SEARCHING and self._bearer:
            self._bearer_timer = self.later("bearer_lost", partial(self._end_bearer, "ME PDN"))
        elif state.stat == DENIED:
            self.last_cause = f"EMM cause {state.cause}"
            self._end_bearer("NW DETACH")
        else:
            self._end_bearer("ME PDN")

    def _stop_bearer_timer(self) -> None:
        if self._bearer_timer is not None:
            self._bearer_timer.cancel()
            self._bearer_timer = None

    def _notice(self, text: str) -> None:
        if not self.registration.registered:
            return  # a network keeps it for later; this one forgets
        index = self.messages.keep(Message(self.personality["cell"]["short"], text, self.now()))
        if index is not None:
            self.announce(f'+CMTI: "ME",{index}', lambda port: port.tells_messages)

    def now(self) -> datetime:
        """The network's time."""
        start = datetime.fromisoformat(self.personality["epoch"])
        return start + timedelta(seconds=int(self.clock.now()))

    # --- the bearer ---

    @property
    def bearer_up(self) -> bool:
        """Whether there is a data bearer, as a network device with an address shows it."""
        return self._bearer

    @property
    def refusal(self) -> int:
        """The ESM cause with which the network would refuse a bearer now, 0 if it would not."""
        ended = self.carrier.exhausted and self.carrier.mode == "deactivate"
        return int(self.personality["causes"]["plan"]) if ended else 0

    def bring_bearer(self) -> bool:
        """Ask the network for the bearer; False when it refuses."""
        if self._bearer:
            return True
        if not self.registration.registered or self.refusal:
            self.last_cause = f"ESM cause {self.refusal}" if self.refusal else ""
            return False
        self._bearer = True
        self._session += 1
        self.announce("+CGEV: ME PDN ACT 1", lambda port: port.tells_events)
        return True

    def _bring_bearer(self) -> None:
        self.bring_bearer()

    def _end_bearer(self, who: str) -> None:
        """``NW PDN``, ``ME PDN`` or ``NW DETACH`` ended it."""
        if not self._bearer:
            return
        self._bearer = False
        text = who if "DETACH" in who else f"{who} DEACT 1"
        self.announce(f"+CGEV: {text}", lambda port: port.tells_events)
        if who.startswith("NW"):
            self.announce('+QIURC: "pdpdeact",1')

    def end_bearer(self) -> None:
        """Give the bearer up."""
        self._end_bearer("ME PDN")

    def _plan_changed(self) -> None:
        if self.refusal and self._bearer:
            self.later("deactivate", self._deactivate)

    def _deactivate(self) -> None:
        if self.refusal:
            self.last_cause = f"ESM cause {self.refusal}"
            self._end_bearer("NW PDN")

    def connect(self, host: str, port: int, *, until: float) -> End:
        """A TCP connection over the bearer, as the terminal's socket library makes it.

        Raises:
            NoBearer: No context is active.
            NetError: As ``Internet.connect``.
        """
        if not self._bearer:
            raise NoBearer("the modem has no data bearer")
        way = Bearer(self, self._session)
        return self._internet.connect(host, port, until=until, way=way)

    def session_lives(self, number: int) -> bool:
        """Whether the bearer is still the one that was up then: its address dies with it."""
        return self._bearer and self._session == number
