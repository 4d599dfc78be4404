"""A cellular modem behind its AT ports, with the data plane it gives.

Here is what follows from what. Power and ports are in ``board``, its SIM reader in ``card``, its
way through the network in ``registration`` and ``bearer``, what it says and understands in its
dialect. Sources: 3GPP TS 27.007, TS 24.301; the makers' AT manuals, named in each dialect.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from operator import is_
from typing import Any

from harness.clock import Clock, Timer
from harness.links.carrier import Carrier
from harness.links.link import Link
from harness.model.network import Needs
from harness.sim.internet import Internet, NoBearer
from harness.sim.modems.bearer import Bearer, BearerWay
from harness.sim.modems.board import Board
from harness.sim.modems.card import CardReader
from harness.sim.modems.messages import MessageStore, split
from harness.sim.modems.network import registration_line
from harness.sim.modems.registration import SEARCHING, Registration
from harness.sim.radio import Radio
from harness.sim.sim_tray import Operator, Sim, SimTray, read_sim, usual_tray
from harness.sim.tcp import End

#: The network's time when a bench starts.
EPOCH = datetime.fromisoformat("2026-03-02T08:00:00+08:00")
REPORTS = ("+CREG", "+CGREG", "+CEREG")


class Modem(Board):
    """One modem with the tray of its SIM cards.

    ``at0`` is meant for the terminal's firmware, ``at1`` for the bench; each has its own echo, CMEE
    and report settings. While the modem is off, booting or hung, a UART hears nothing; a USB port
    is gone while it restarts, and refuses connections until it is back.

    Args:
        clock: The bench's clock.
        personality: As in ``fixtures/modem/ec25/personality.yaml``.
        rng: All of its chance.
        radio: What its antenna hears.
        link: The path and the carrier behind its bearer.
        internet: What is behind the path.
        tray: Its SIM cards; the usual ones where it is left out, the first on the link's account.
        powered: Whether it has power from the start.

    Attributes:
        card: Its SIM reader.
        registration: Its standing with the network.
        bearer: Its data bearer.
        messages: Its store of short messages.
        sent: Bytes the bearers took from the terminal since the counter began, headers included.
        received: Bytes they gave to it.
        apn: The access point it asks for; empty for the subscription's own.
        user: The user name that goes with it.
        functionality: As set by +CFUN: 0, 1 or 4.
        wants_network: False after +COPS=2 or +CGATT=0.
        synchronised: Whether a network has told it the time.
        last_cause: Of the last refusal, in words; ``last_number`` the cause alone.
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
        tray: SimTray | None = None,
        powered: bool = True,
    ) -> None:
        super().__init__(clock, personality, rng=rng)
        self.radio, self.link, self._internet = radio, link, internet
        self.messages = MessageStore(self.quirk("sms_places"))
        self.apn, self.user = str(self.personality["apn"]), ""
        self.functionality, self.wants_network, self.synchronised = 1, True, False
        self.sent = self.received = self.texts_sent = self._texts = 0
        self.last_cause, self.last_number = "", 0
        self._bearer_timer: Timer | None = None
        self._heeded: Sim | None = None
        self._pocket: Sim | None = None
        self.bearer = Bearer(self)
        self.card = CardReader(
            tray or usual_tray(link.carrier), self.later, self.say, self._card_changed
        )
        self._network = read_sim("first", Carrier()).network
        self.registration = Registration(
            clock, self.personality, rng=rng, radio=radio, account=lambda: self.account,
            roaming=lambda: self.network.roaming, may=self._may_search,
        )  # fmt: skip
        self.registration.changed.append(self._registration_changed)
        self.registration.detached.append(partial(self.bearer.end, "detached"))
        self._heed()
        if powered:
            self.power(on=True)
            self._enumerate()  # a bench begins with its USB ports there

    def _went_down(self) -> None:
        self.functionality, self.wants_network, self.synchronised = 1, True, False
        self.sent = self.received = 0
        self.bearer.end("me_ended")
        if self.quirk("back_off_until") == "power":
            self.bearer.forget_holds()
        self.card.sleep()
        self.registration.start_over("power")

    def _came_up(self) -> None:
        self._tell_network("power")
        self.card.wake()

    # --- the card ---

    @property
    def account(self) -> Carrier | None:
        """Of the card in use."""
        sim = self.card.sim
        return None if sim is None else sim.account

    @property
    def network(self) -> Operator:
        """Who takes the card in use here; without a card, the one that was heard last."""
        return self._network

    def set_sim(self, *, present: bool) -> None:
        """Put the card back into the slot in use or take it out, as a hand does."""
        self._pocket = self.card.sim or self._pocket
        self.card.tray.put(self.card.slot, self._pocket if present else None)

    def _heed(self) -> None:
        """Listen to the carrier of the card in use, and to no other."""
        if self._heeded is not None:
            was = self._heeded
            was.account.on_plan.remove(self.registration.look)
            was.account.on_subscription.remove(self.registration.look)
            was.account.on_congestion.remove(self.registration.look)
            was.account.on_release.remove(self._released)
            was.on_text.remove(self._fetch_texts)
        self._heeded = sim = self.card.sim
        if sim is not None:
            self._network = sim.network
            sim.account.roaming = sim.network.roaming
            sim.account.on_plan.append(self.registration.look)
            sim.account.on_subscription.append(self.registration.look)
            sim.account.on_congestion.append(self.registration.look)
            sim.account.on_release.append(self._released)
            sim.on_text.append(self._fetch_texts)

    def _card_changed(self) -> None:
        if self.card.sim is not self._heeded:
            self._heed()
            self.bearer.forget_holds()
            self.registration.start_over("card")
        self.registration.look()

    def _released(self) -> None:
        account = self.account
        if account is not None and account.exhausted and account.mode == "detach":
            self.registration.throw_out()
        else:
            self.bearer.release()

    def _tell_network(self, what: Needs) -> None:
        if self.account is not None:
            self.account.device_did(what)

    def _fetch_texts(self) -> None:
        """The network keeps texts until the modem is there; a full store loses them."""
        sim = self.card.sim
        while sim is not None and sim.waiting and self.registration.registered:
            self._texts += 1
            for part in split(self.network.short, sim.waiting.pop(0), self.now(), self._texts):
                index = self.messages.keep(part)
                if index is None:
                    self.say("store_full")
                else:
                    self.announce(f'+CMTI: "ME",{index}', lambda at: bool(at.settings["+CNMI"]))

    def now(self) -> datetime:
        """The network's time."""
        return EPOCH + timedelta(seconds=int(self.clock.now()))

    # --- network ---

    def set_functionality(self, level: int) -> None:
        """+CFUN: 1 full, 0 and 4 without radio."""
        if level == self.functionality:
            return
        self.functionality = level
        if level == 1:
            self._tell_network("radio")
        self.registration.start_over("radio")

    def seek_network(self, *, on: bool) -> None:
        """+COPS=0 and +COPS=2, +CGATT=1 and +CGATT=0."""
        self.wants_network = on
        self.registration.start_over() if not on else self.registration.look()

    def _may_search(self) -> bool:
        return self.awake and self.functionality == 1 and self.card.ready and self.wants_network

    def _registration_changed(self) -> None:
        state = self.registration
        self._report_registration()
        if self._bearer_timer is not None:
            self._bearer_timer.cancel()
            self._bearer_timer = None
        if state.cause is not None:
            self.last_cause, self.last_number = f"EMM cause {state.cause}", state.cause
        if state.registered:
            self.synchronised = True
            self._fetch_texts()
            if not self.bearer.up:
                self._bearer_timer = self.later("bearer", self._bring_bearer)
        elif state.stat == SEARCHING and self.bearer.up:
            self._bearer_timer = self.later("bearer_lost", partial(self.bearer.end, "me_ended"))
        else:
            self.bearer.end("me_ended")

    def _report_registration(self) -> None:
        for port in list(self.ports):
            for name in REPORTS:
                if port.settings[name]:
                    line = registration_line(port, name, unasked=True)
                    self.announce(line, partial(is_, port))

    # --- the bearer ---

    @property
    def bearer_up(self) -> bool:
        """Whether there is a data bearer, as a network device with an address shows it."""
        return self.bearer.up

    def _bring_bearer(self) -> None:
        self.bearer.ask()

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Bytes that the bearer took from the terminal and gave to it."""
        self.sent, self.received = self.sent + sent, self.received + received
        self.bearer.sent, self.bearer.received = (
            self.bearer.sent + sent, self.bearer.received + received,
        )  # fmt: skip

    def connect(self, host: str, port: int, *, until: float) -> End:
        """A TCP connection over the bearer, as the terminal's socket library makes it.

        Raises:
            NoBearer: No context is active.
            NetError: As ``Internet.connect``.
        """
        if not self.bearer.up:
            raise NoBearer("the modem has no data bearer")
        return self._internet.connect(host, port, until=until, way=BearerWay(self))
