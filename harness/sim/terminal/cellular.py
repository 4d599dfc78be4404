"""The firmware's view of its modem: is there a SIM, a cell, a registration, a bearer.

Everything is asked by AT (3GPP TS 27.007), in the order in which one depends on the other, so the
first thing that is missing is the cause of the rest.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.ports.base import Port
from harness.sim.terminal.account import Account
from harness.sim.terminal.at_line import AtLine, ModemRefused, ModemSilent
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.wire import at_reports
from harness.wire.at import Final

#: What a terminal wants to be told unasked. The next one is for modems without the first.
SET_UP: tuple[tuple[str, ...], ...] = (
    ("ATE0",),
    ("ATV1",),
    ("AT+CMEE=1",),
    ("AT+CEREG=3", "AT+CEREG=2", "AT+CEREG=1"),  # 3 brings reject causes (TS 27.007, 10.1.22)
    ("AT+CGEREP=2,1", "AT+CGEREP=1"),
    ("AT+CMGF=1",),
    ("AT+CNMI=2,1",),
)

#: What a SIM says besides READY (TS 27.007, 8.3) -> our word: what it waits for is a setting.
SIM_STATES = {
    "SIM PIN": "wrong_settings", "SIM PUK": "wrong_settings", "PH-SIM PIN": "wrong_settings",
    "PH-NET PIN": "wrong_settings",
}  # fmt: skip
#: +CME ERROR of a question about the SIM (TS 27.007, 9.2.1) -> our word; sim_missing for others.
SIM_ERRORS = {11: "wrong_settings", 12: "wrong_settings", 5: "wrong_settings"}

#: Reject cause of a denied registration (TS 24.301, annex A) -> our word: 2 (unknown in the HSS)
#: and 8 (no service at all) are what a SIM gets that was never put into service; 17 and 22 are
#: the network's own trouble, 19 is a refused bearer. Others mean that the carrier does not accept
#: this subscription any more.
REJECTS: dict[int | None, str] = {
    2: "sim_not_activated", 8: "sim_not_activated", 17: "not_registered", 22: "not_registered",
    19: "no_data_service",
}  # fmt: skip

#: ESM causes of a refused bearer (TS 24.301, 9.9.4.4) -> our word: 27 unknown access point, 29
#: user or password refused.
REFUSALS: dict[int | None, str] = {27: "wrong_settings", 29: "wrong_settings"}
BAD_PASSWORD = 149  # +CME ERROR, TS 27.007, 9.2.2.1

#: After these the modem does not try again until its radio restarts (TS 24.301, 5.5.1.2.5).
FOR_GOOD = (3, 6, 8)
RADIO_RESTART = 20.0  # s between two restarts of the radio at least
COMING = ("sim_missing", "no_signal", "not_registered")  # may only take their time

BEARER_GONE = ("+CGEV", "+QIURC")
NEWS = ("+CEREG", "+CPIN", "+QSIMSTAT", "+CMTI", *BEARER_GONE)


class Cellular:
    """Asks the modem and puts what it says into a cause.

    Attributes:
        line: The AT port.
        told: What the carrier says of the plan.
        rsrp: Signal last seen, dBm; None for none.
        news_of_plan: A message came that may be the carrier's.
        bearer_ended: The bearer ended since somebody last cleared this: its sockets are dead.
    """

    def __init__(
        self, clock: Clock, open_port: Callable[[], Port], personality: Personality, log: Log,
        on_news: Callable[[], None], reset: Callable[[], None], cut_power: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._who = personality.identity
        self._times = personality.times
        self._limits = personality.limits
        self._log = log
        self._on_news = on_news
        self._reset = reset
        self._cut_power = cut_power
        self._ready = False
        self._silences = 0
        self._woken = False
        self._awake = clock.signal("the modem's start")
        self.line = AtLine(clock, open_port, self._hear)
        self.told = Account(clock, self.line, personality, log)
        self._radio_restarts_from = 0.0
        self._denied = ""
        self._empty_while_served = False
        self.rsrp: float | None = None
        self.news_of_plan = True  # from before the start
        self.bearer_ended = False

    # --- what comes unasked -----------------------------------------------------------------

    def _hear(self, line: str) -> None:
        self._log.say("mdm", f"< {line}")
        self.told.hear(line)
        if line.strip() in ("RDY", "POWERED DOWN"):
            self._ready = False  # it forgot its settings
            self._woken = True
            self._awake.notify()
        event = at_reports.cgev(line) or at_reports.qiurc(line)
        self.bearer_ended |= event is not None and not event.up
        if line.startswith(NEWS):
            self.news_of_plan |= line.startswith("+CMTI")
            self._on_news()

    # --- asking -----------------------------------------------------------------------------

    def look(self, *, wait: float = 0.0) -> str | None:
        """What is missing between the terminal and its data bearer; None when nothing is.

        Args:
            wait: Seconds that a SIM and a registration may take to come.
        """
        until = self._clock.now() + wait
        try:
            if not self._ready:
                self._set_up()
            if self.news_of_plan:
                self.news_of_plan = False
                self.told.read_messages()
            cause = self._missing()
            while cause in COMING and self._clock.now() < until:
                self._clock.sleep(self._times.at_wait)
                cause = self._missing()
        except ModemSilent as silence:
            return self.silent(silence)
        self._silences = 0
        return cause

    def account(self) -> str | None:
        """What the carrier says of the plan: a cause, or None."""
        said = self.told.ask()
        cause = said.cause if said.good or said.cause else self.told.notice.cause
        self._empty_while_served = cause == "data_exhausted"
        return cause

    def signal(self) -> float | None:
        """RSRP, dBm; None without a cell. Raises ModemSilent."""
        try:
            answer = self.line.ask("AT+CESQ")
        except ModemRefused:
            answer = []
        found = next(filter(None, map(at_reports.cesq, answer)), None)
        return None if found is None else found.rsrp

    def _missing(self) -> str | None:
        return self._missing_sim() or self._missing_radio() or self.missing_bearer()

    def _set_up(self) -> None:
        self._wake()
        for choices in SET_UP:
            for command in choices:
                if self._told(command):
                    break
        self._told(f'AT+CGDCONT=1,"IP","{self._who.apn}"')
        self._ready = True

    def _wake(self) -> None:
        """Autobauding often eats the first ones; raises ModemSilent when all are eaten."""
        for _ in range(4):
            if self._told("AT", 1.0):
                return
        self.line.ask("AT", 1.0)

    def _told(self, command: str, within: float = 3.0) -> bool:
        try:
            self.line.ask(command, within)
        except (ModemRefused, ModemSilent):
            return False
        return True

    def silent(self, silence: ModemSilent) -> str:
        """The modem does not answer: once may be chance; then its reset line, then its power."""
        self._ready = False
        self._silences += 1
        self._log.say_error("mdm", f"no answer to {silence}")
        if self._silences % 4 == 2:
            self._remedy("reset", self._reset)
        elif self._silences % 4 == 0:
            self._remedy("modem", self._cut_power)
        return "modem_fault"

    # --- SIM and radio ----------------------------------------------------------------------

    def _missing_sim(self) -> str | None:
        try:
            answer = self.line.ask("AT+CPIN?", self._times.sim_wait)
        except ModemRefused as refusal:
            self._log.say("mdm", f"SIM: {refusal.final.cause}")
            return self.no_sim(refusal.final)
        state = next(filter(None, map(at_reports.cpin, answer)), "")
        return None if state == "READY" else SIM_STATES.get(state, "sim_missing")

    def no_sim(self, final: Final) -> str:
        """What a refused question about the SIM means."""
        return SIM_ERRORS.get(final.code or 0, "sim_missing")

    def _missing_radio(self) -> str | None:
        report = self._registration()
        self.rsrp = self.signal()
        if report is not None and report.stat == 3:
            self._log.say_warning("mdm", f"registration denied, cause {report.cause}")
            self._denied = self.denied(report.cause)
            if report.cause in FOR_GOOD:
                self._restart_radio()
            return self._denied
        if self.rsrp is None:
            return "no_signal"
        if report is None or report.stat not in (1, 5):
            weak = self.rsrp < self._limits.no_signal_rsrp
            return "no_signal" if weak else self._denied or "not_registered"
        self._denied = ""  # a refusal holds until the network takes the SIM after all
        return None

    def denied(self, cause: int | None) -> str:
        """Why the network does not take the SIM.

        A carrier may throw out who used up his plan with the same cause as who has none; then its
        last message tells. It does not when the plan was empty before and the SIM was served.
        """
        word = REJECTS.get(cause, "sim_expired")
        empty = self.told.notice.cause == "data_exhausted" and not self._empty_while_served
        return "data_exhausted" if empty and word in ("sim_expired", "no_data_service") else word

    def _restart_radio(self) -> None:
        """A SIM that was refused for good is looked at again only after this."""
        if self._clock.now() >= self._radio_restarts_from:
            self._radio_restarts_from = self._clock.now() + RADIO_RESTART
            self._cycle_radio()

    def _registration(self) -> at_reports.RegistrationReport | None:
        try:
            answer = self.line.ask("AT+CEREG?")
        except ModemRefused:
            return None
        return next(filter(None, map(at_reports.registration, answer)), None)

    # --- bearer -----------------------------------------------------------------------------

    def missing_bearer(self) -> str | None:
        """Have the bearer up; what refused it, or None."""
        try:
            contexts = map(at_reports.cgact, self.line.ask("AT+CGACT?", self._times.bearer_wait))
            if (1, True) in list(contexts):
                return None
            self.line.ask("AT+CGACT=1,1", self._times.bearer_wait)
        except ModemRefused as refusal:
            self._log.say_warning("mdm", f"no bearer: {refusal.final.text}")
            return self.no_bearer(refusal.final)
        return None

    def no_bearer(self, final: Final) -> str:
        """Why the network gave no bearer; a refusal alone does not say that the plan is empty."""
        refused = "wrong_settings" if final.code == BAD_PASSWORD else REFUSALS.get(final.nas_cause)
        return self.account() or refused or "no_data_service"

    # --- remedies ---------------------------------------------------------------------------

    def mend(self, remedy: str) -> None:
        """Carry out one of ``ladder.REMEDIES``; ``look`` afterwards says what came of it."""
        acts = {
            "bearer": self._cycle_bearer, "radio": self._cycle_radio, "modem": self._cut_power,
        }  # fmt: skip
        self._remedy(remedy, acts[remedy])

    def _remedy(self, what: str, act: Callable[[], None]) -> None:
        self._log.say_warning("mdm", f"remedy={what}")
        self._woken = False
        act()
        if what in ("reset", "modem"):
            self._ready = False
            self._awake.wait_for(lambda: self._woken, self._clock.now() + self._times.modem_boot)

    def _cycle_bearer(self) -> None:
        """On LTE the last bearer may not go alone (+CME ERROR 151, 171): detach then."""
        if not self._told("AT+CGACT=0,1", self._times.bearer_wait):
            self._told("AT+CGATT=0", self._times.bearer_wait)
            self._told("AT+CGATT=1", self._times.bearer_wait)

    def _cycle_radio(self) -> None:
        self._told("AT+CFUN=4", self._times.bearer_wait)
        self._told("AT+CFUN=1", self._times.bearer_wait)
