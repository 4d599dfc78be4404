"""Quectel cellular modems (EC2x, EG2x, EG9x), by AT commands.

Source: Quectel EC25&EC21 AT Commands Manual V1.3; 3GPP TS 27.007 (+CEREG 10.1.22, +CGEREP 10.1.19).
Quirks: ``+QIURC: "pdpdeact",1`` says what ``+CGEV`` says, at times inside answers; older firmware
has no ``+CEREG=3`` (reject causes) and is asked with 2.
"""

from collections.abc import Callable
from typing import TypeVar

from harness.drivers._at import AtSession, Refused, Spelling
from harness.errors import DeviceRefused, Garbled, PortError
from harness.model.cellular import Registration, Signal
from harness.model.roles import Observe, ignore
from harness.model.units import Bytes
from harness.ports.base import Port
from harness.wire import at_reports as reports

T = TypeVar("T")

IDENTITY = r"Quectel (EC2|EG2|EG9|EM0|RM5)"

SETTINGS = ("ATV1", "AT+CMEE=1", ("AT+CEREG=3", "AT+CEREG=2"), ("AT+CGEREP=2,1", "AT+CGEREP=2"))


class Driver:
    """Plays Modem, Watched, Polled and Identified.

    Observes ``signal`` and ``registration`` when they change, ``bearer``, and every unasked line as
    ``urc``.
    """

    SPELLING = Spelling

    def __init__(self, port: Port, *, poll_every: float = 5.0) -> None:
        self._at = AtSession(port, on_unasked=self._hear, settings=SETTINGS)
        self.poll_every = poll_every
        self.observe: Observe = ignore
        self._signal: Signal | None = None
        self._registration: tuple[int, int | None] | None = None
        self._bearer: bool | None = None

    # --- Identified, Modem ---

    def identify(self) -> str:
        """Maker, model, revision and IMEI."""
        asked = ("AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN")
        return " ".join(line for command in asked for line in self._at.ask(command)[:1])

    def sim_state(self) -> str:
        """What +CPIN? says, ``SIM NOT INSERTED`` without a card."""
        try:
            lines = self._at.ask("AT+CPIN?")
        except Refused as refused:
            if refused.final.family == "CME" and refused.final.code is not None:
                return refused.final.cause.upper()  # "SIM NOT INSERTED", "SIM BUSY" ...
            raise
        return _first(lines, reports.cpin, "AT+CPIN?")

    def signal(self) -> Signal:
        """By +QCSQ, else by +CESQ; None where the modem does not know."""
        try:
            lines, read = self._at.ask("AT+QCSQ"), reports.qcsq
        except DeviceRefused:
            lines, read = self._at.ask("AT+CESQ"), reports.cesq
        quality = _first(lines, read, "AT+QCSQ")
        signal = Signal(quality.rsrp, quality.rsrq, quality.rssi, " ".join(lines))
        self._note_signal(signal)
        return signal

    def registration(self) -> Registration:
        """By +CEREG."""
        lines = self._at.ask("AT+CEREG?")
        report = _first(lines, reports.registration, "AT+CEREG?")
        self._note_registration(report)
        return Registration(report.stat, report.cause, " ".join(lines))

    def flight_mode(self, *, on: bool) -> None:
        """+CFUN=4, and back with +CFUN=1."""
        self._at.ask(f"AT+CFUN={4 if on else 1}")

    def bytes_used(self) -> tuple[Bytes, Bytes]:
        """(sent, received) since the counter began, by +QGDCNT."""
        sent, received = _first(self._at.ask("AT+QGDCNT?"), reports.qgdcnt, "AT+QGDCNT?")
        return Bytes(sent), Bytes(received)

    # --- Polled, Watched ---

    def poll(self) -> None:
        """Signal and registration; told only when they have changed.

        A modem that does not answer is no error here: it may share the terminal's power, and it
        restarts when the terminal wants it to. Nothing is told then, and all of it once it is back.
        """
        try:
            self.signal()
            self.registration()
        except PortError:
            self._signal = self._registration = None

    def attend(self) -> None:
        """Take in unasked lines."""
        self._at.attend()

    def _hear(self, t: float, line: str) -> None:
        self.observe("urc", t=t, text=line)
        report = reports.registration(line)
        if report is not None and line.startswith("+CEREG"):
            self._note_registration(report, t)
        event = reports.cgev(line) or reports.qiurc(line)
        if event is not None and event.up != self._bearer and event.cid in (None, 1):
            self._bearer = event.up
            self.observe("bearer", t=t, up=event.up, cause=event.text)

    def _note_signal(self, signal: Signal) -> None:
        was, self._signal = self._signal, signal
        now = (signal.rsrp, signal.rsrq, signal.rssi)
        if was is None or (was.rsrp, was.rsrq, was.rssi) != now:
            self.observe("signal", rsrp=signal.rsrp, rsrq=signal.rsrq, rssi=signal.rssi)

    def _note_registration(
        self, report: reports.RegistrationReport, t: float | None = None
    ) -> None:
        now = (report.stat, report.cause)
        if now != self._registration:
            self._registration = now
            self.observe("registration", t=t, stat=report.stat, cause=report.cause)


def _first(lines: list[str], read: Callable[[str], T | None], command: str) -> T:
    """The first line that can be read; raises Garbled when none can."""
    for line in lines:
        found = read(line)
        if found is not None:
            return found
    raise Garbled(f"{command}: the answer {lines!r} is not one")
