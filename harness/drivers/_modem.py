"""A cellular modem by 3GPP TS 27.007: the base of every modem driver.

What the standard has is asked here; a dialect adds its own ways (``WAYS``), settings and words. All
is observed when it changes: asked for by ``poll``, or told unasked.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from harness.drivers._at import AtSession, Refused, Spelling
from harness.drivers._modem_bearers import WithBearers
from harness.drivers._modem_domains import WithDomains
from harness.drivers._modem_texts import WithTexts
from harness.drivers._modem_ways import Lacking, Way, Ways, each, lacks
from harness.errors import DeviceRefused, Garbled, NotSupported, PortError
from harness.model.cellular import Cell, Registration, Signal
from harness.model.roles import Observe, ignore
from harness.model.units import Bytes
from harness.ports.base import Port
from harness.wire import at_reports as reports
from harness.wire import at_serving as cells
from harness.wire import at_signal as signals
from harness.wire import at_sim as sims
from harness.wire import at_time as times

SETTINGS: tuple[str | tuple[str, ...], ...] = (
    "ATV1",
    "AT&D0",  # a drop of DTR must not hang up (V.250, 6.2.9)
    "AT+CMEE=1",
    ("AT+CEREG=3", "AT+CEREG=2"),
    ("AT+CGREG=3", "AT+CGREG=2"),
    ("AT+CGEREP=2,1", "AT+CGEREP=2"),
)
READY_WITHIN = 20.0  # s that a SIM may be busy after a start (CME 14)
#: +CME ERROR codes that stand for "without a usable SIM, or without a network, I cannot know".
NOT_NOW = frozenset({*range(10, 19), 30, 31, 32, 40})
AT_MOST = 30.0  # s between two polls: most of what happens to it, it tells unasked
SPOILT = 2  # answers in a row that a poll does not understand and says nothing of
FLIGHT = frozenset({0, 4, 19})  # +CFUN? with the radio off; u-blox reports 19


class Modem(WithBearers, WithDomains, WithTexts):
    """Plays Modem, Subscriber, Camped, Bearers, Restartable, Texting, Timed, Watched and Polled.

    Observes ``signal``, ``registration``, ``sim`` and ``cell`` when they change, ``bearer``, every
    unasked line as ``urc``, and ``silent`` and ``answering`` when it stops or begins to answer.

    Attributes:
        SETTINGS: What the session sends after every start.
        RESET: Commands that restart it, the best first.
        OFF: Commands that switch it off, the best first.
    """

    SPELLING = Spelling
    SETTINGS: ClassVar[tuple[str | tuple[str, ...], ...]] = SETTINGS
    RESET: ClassVar[tuple[str, ...]] = ("AT+CFUN=1,1",)
    OFF: ClassVar[tuple[str, ...]] = ("AT+CPOF",)
    STANDARD: ClassVar[Ways] = {
        "signal": (
            # Some firmware answers +CESQ and knows nothing by it.
            Way("AT+CESQ", each(signals.cesq), lambda quality: quality.known),
            Way("AT+CSQ", each(signals.csq)),
        ),
        "iccid": (
            Way("AT+CCID", sims.first_of),
            Way("AT+CRSM=176,12258,0,0,10", each(sims.crsm)),  # EF-ICCID, 2FE2
        ),
        "imsi": (Way("AT+CIMI", each(sims.imsi)),),
        "network_time": (Way("AT+CCLK?", each(times.cclk)),),
    }

    def __init__(self, port: Port, *, poll_every: float = 5.0, cid: int = 1) -> None:
        """Nothing is said to the modem yet.

        Args:
            port: An AT port of it.
            poll_every: s.
            cid: The number of its data context.
        """
        session = AtSession(
            port, on_unasked=self._hear, on_answering=self._answering, settings=self.SETTINGS
        )
        super().__init__(session)
        self.poll_every, self.cid = poll_every, cid
        self.poll_at_most = max(poll_every, AT_MOST)
        self.observe: Observe = ignore
        self._seen: dict[str, Any] = {}
        self._spoilt: dict[str, int] = {}
        self._bearer: bool | None = None

    # --- Identified, Modem, Subscriber, Camped ---

    def identify(self) -> str:
        """Maker, model, revision and IMEI; by ATI where it has not these."""
        found: list[str] = []
        for command in ("AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN"):
            try:
                found += [reports.identity(line) for line in self._at.ask(command)[:1]]
            except Refused:
                continue
        return " ".join(found) or " ".join(self._at.ask("ATI"))

    def sim_state(self) -> str:
        """What +CPIN? says, ``SIM NOT INSERTED`` without a card; one that is busy is waited for."""
        until = self._at.port.clock.now() + READY_WITHIN
        while (state := self._sim_state()) == "SIM BUSY" and self._at.port.clock.now() < until:
            self._at.port.clock.sleep(1.0)
        return state

    def signal(self) -> Signal:
        """None where the modem does not know."""
        quality, lines = self.found("signal")
        signal = Signal(quality.rsrp, quality.rsrq, quality.rssi, " ".join(lines), quality.sinr)
        self._note("signal", rsrp=signal.rsrp, rsrq=signal.rsrq, rssi=signal.rssi)
        return signal

    def registration(self) -> Registration:
        """By +CEREG; where that says "nowhere", by the other domains this modem has."""
        report, lines = self._report()
        self._note("registration", stat=report.stat, cause=report.cause)
        return Registration(report.stat, report.cause, " ".join(lines))

    def iccid(self) -> str:
        """The right way round, whatever way the modem writes it."""
        number: str = self.found("iccid")[0]
        return number

    def imsi(self) -> str:
        """By +CIMI."""
        number: str = self.found("imsi")[0]
        return number

    def serving_cell(self) -> Cell | None:
        """By the maker's command, else by the registration and +COPS."""
        try:
            cell: Cell | None = self.found("serving_cell")[0].cell
        except Lacking:
            report, lines = self._report()
            cell = cells.registered_cell(report, None, "\n".join(lines))
        if cell is not None and cell.plmn is None:
            cell = replace(cell, plmn=cells.operator(self._at.ask("AT+COPS?")))
        self._note("cell", **_told(cell))
        return cell

    def flight_mode(self, *, on: bool) -> None:
        """+CFUN=4, and back with +CFUN=1; read back where the modem can.

        Raises:
            DeviceRefused: The modem refused, or said OK and did otherwise.
        """
        self._at.ask(f"AT+CFUN={4 if on else 1}")
        try:
            level = self.ask("AT+CFUN?", each(reports.cfun))
        except Refused as refused:
            if not lacks(refused.final):
                raise
        else:
            if (level in FLIGHT) is not on:
                raise DeviceRefused(f"AT+CFUN={4 if on else 1}: taken, and yet it is {level}")

    def bytes_used(self) -> tuple[Bytes, Bytes]:
        """(sent, received) since the modem's counter began; raises NotSupported without one."""
        try:
            sent, received = self.found("bytes_used")[0]
        except Lacking as error:
            raise NotSupported(str(error)) from error
        return Bytes(sent), Bytes(received)

    # --- Restartable ---

    def reset(self) -> None:
        """Restart it, and wait until it answers again."""
        self.first_taken("reset", self.RESET, self._at.restart)

    def power_off(self) -> None:
        """Switch it off; it is silent when this returns."""
        self.first_taken("power_off", self.OFF, self._at.switch_off)

    # --- Polled, Watched ---

    def poll(self) -> None:
        """Signal, registration, SIM and cell; told only when they have changed.

        A modem that does not answer is no error here: it may share the terminal's power, and it
        restarts when the terminal wants it to. It is told to be ``silent`` then, and all of it once
        it is back.
        """
        if self._at.answering is False and not self._at.answers():
            return
        try:
            for look in (self.signal, self.registration, self._sim_state, self.serving_cell):
                self._glance(look)
        except PortError:
            self._seen.clear()
            self._at.answers()

    def attend(self) -> None:
        """Take in unasked lines."""
        self._at.attend()

    def _glance(self, look: Callable[[], object]) -> None:
        """Look, unless the modem cannot know without a SIM or a network.

        One line spoilt on its way is no broken bench; a report that is never understood is, unless
        it is the cell's: that is for the dossier alone, and its shape grows with every firmware.
        """
        spoilt, self._spoilt[look.__name__] = self._spoilt.get(look.__name__, 0), 0
        try:
            look()
        except Lacking:
            return
        except Garbled:
            self._spoilt[look.__name__] = spoilt + 1
            if spoilt >= SPOILT and look != self.serving_cell:
                raise
        except Refused as refused:
            if refused.final.family != "CME" or refused.final.code not in NOT_NOW:
                raise
            if look == self.signal:
                self._note("signal", rsrp=None, rsrq=None, rssi=None)

    # --- what is heard ---

    def _hear(self, t: float, line: str) -> None:
        self.observe("urc", t=t, text=line)
        report = reports.registration(line)
        if report is not None and line.startswith(self._domain):
            self._note("registration", t=t, stat=report.stat, cause=report.cause)
        state = sims.event(line)
        if state is not None:
            self._note("sim", t=t, state=state)
        event = reports.bearer_event(line)
        if event is not None and event.up != self._bearer and event.cid in (None, self.cid):
            self._bearer = event.up
            self.observe("bearer", t=t, up=event.up, cause=event.text)

    def _answering(self, answering: bool) -> None:
        self._seen.clear()
        self._bearer = None
        self._no_domains.clear()  # a modem refuses much while it boots
        self.observe("answering" if answering else "silent")

    def _note(self, kind: str, t: float | None = None, **fields: Any) -> None:
        """Observe what has changed."""
        if self._seen.get(kind) != fields:
            self._seen[kind] = fields
            self.observe(kind, t=t, **fields)

    def _sim_state(self) -> str:
        try:
            state = sims.named(self.ask("AT+CPIN?", each(sims.cpin)))
        except Refused as refused:
            if refused.final.family != "CME" or lacks(refused.final):
                raise
            state = refused.final.cause.upper()  # "SIM NOT INSERTED", "SIM BUSY" ...
        self._note("sim", state=state)
        return state


def _told(cell: Cell | None) -> dict[str, Any]:
    names = ("technology", "plmn", "area", "cell", "channel", "band")
    return {name: getattr(cell, name, None) for name in names}
