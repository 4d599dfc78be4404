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
from harness.sim.terminal.personality import Personality, Sim
from harness.sim.terminal.registering import Registering
from harness.wire import at_reports
from harness.wire.at_finals import Final

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

#: A SIM that is being read; no failure before so long, s.
SIM_BUSY, SIM_BUSY_MOST = 14, 10.0

#: ESM causes of a refused bearer (TS 24.301, 9.9.4.4) -> our word: 27 unknown access point, 29
#: user or password refused.
REFUSALS: dict[int | None, str] = {27: "wrong_settings", 29: "wrong_settings"}
BAD_PASSWORD = 149  # +CME ERROR, TS 27.007, 9.2.2.1

#: s from one refused bearer to the next request: networks answer a storm with a ban (GSMA TS.34).
ASK_AFTER = (4.0, 8.0, 15.0, 30.0, 45.0)
COMING = ("sim_missing", "no_signal", "not_registered")  # may only take their time

FIRST = "sim1"
BEARER_GONE = ("+CGEV", "+QIURC")
NEWS = ("+CEREG", "+CPIN", "+QSIMSTAT", "+CMTI", *BEARER_GONE)


class Cellular:
    """Asks the modem and puts what it says into a cause.

    Attributes:
        line: The AT port.
        told: What the carrier says of the plan.
        radio: Its standing with the network.
        news_of_plan: A message came that may be the carrier's.
        bearer_ended: The bearer ended since somebody last cleared this: its sockets are dead.
    """

    Registering: type[Registering] = Registering

    def __init__(
        self, clock: Clock, open_port: Callable[[], Port], personality: Personality, log: Log,
        on_news: Callable[[], None], reset: Callable[[], None], cut_power: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._sim = personality.network.sims[FIRST]
        self._times = personality.times
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
        self.told.of(self._sim.balance_code)
        self.radio = self.Registering(
            clock, self.line, personality.limits, log, self.told, self.mend
        )
        self._refusals = 0
        self._ask_from = 0.0
        self._refused_as = "no_data_service"
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

    def use(self, sim: Sim) -> None:
        """Look at this SIM from now on."""
        if sim != self._sim:
            self._sim = sim
            self._ready = False
            self.told.of(sim.balance_code)
            self.radio.forget()
            self.radio.empty_while_served, self._ask_from = False, 0.0

    def account(self) -> str | None:
        """What the carrier says of the plan: a cause, or None."""
        said = self.told.ask()
        if said.good and self.radio.empty_while_served:
            self._ask_from = 0.0  # paid for: now it is worth asking
        cause = said.cause if said.good or said.cause else self.told.notice.cause
        self.radio.empty_while_served = cause == "data_exhausted"
        return cause

    def signal(self) -> float | None:
        """RSRP, dBm; None without a cell. Raises ModemSilent."""
        return self.radio.signal()

    def _missing(self) -> str | None:
        served = self._missing_sim() or self.radio.missing()
        cause = served or self.missing_bearer()
        if cause is None or served is not None:
            return cause
        return self._missing_sim() or self.radio.missing() or cause  # it may just have gone

    def _set_up(self) -> None:
        self._wake()
        for choices in SET_UP:
            for command in choices:
                if self._told(command):
                    break
        self._choose()
        self._told(f'AT+CGDCONT=1,"IP","{self._sim.apn}"')
        if self._sim.user:  # PAP (TS 27.007, 10.1.31)
            self._told(f'AT+CGAUTH=1,1,"{self._sim.user}","{self._sim.secret}"')
        self._ready = True

    def _choose(self) -> None:
        """Have the modem use our SIM's slot; one with a single slot knows no such command."""
        try:
            if f"+QDSIM: {self._sim.slot}" not in self.line.ask("AT+QDSIM?"):
                self.line.ask(f"AT+QDSIM={self._sim.slot}")
        except ModemRefused:
            return

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

    # --- SIM -------------------------------------------------------------------------------

    def _missing_sim(self) -> str | None:
        until = self._clock.now() + SIM_BUSY_MOST
        while True:
            try:
                answer = self.line.ask("AT+CPIN?", self._times.sim_wait)
            except ModemRefused as refusal:
                if refusal.final.code == SIM_BUSY and self._clock.now() < until:
                    self._clock.sleep(self._times.at_wait)
                    continue
                self._log.say("mdm", f"SIM: {refusal.final.cause}")
                return self.no_sim(refusal.final)
            state = next(filter(None, map(at_reports.cpin, answer)), "")
            return None if state == "READY" else SIM_STATES.get(state, "sim_missing")

    def no_sim(self, final: Final) -> str:
        """What a refused question about the SIM means."""
        return SIM_ERRORS.get(final.code or 0, "sim_missing")

    # --- bearer -----------------------------------------------------------------------------

    def missing_bearer(self) -> str | None:
        """Have the bearer up; what refused it, or None."""
        try:
            contexts = map(at_reports.cgact, self.line.ask("AT+CGACT?", self._times.bearer_wait))
            if (1, True) not in list(contexts):
                if not self.may_ask():
                    return self.account() or self._refused_as
                self.line.ask("AT+CGACT=1,1", self._times.bearer_wait)
        except ModemRefused as refusal:
            self._log.say_warning("mdm", f"no bearer: {refusal.final.text}")
            self._refused_as = self.no_bearer(refusal.final)
            return self._refused_as
        self._refusals = 0
        return None

    def may_ask(self) -> bool:
        """Whether the network may be asked for a bearer again; counts as a request if so."""
        if self._clock.now() < self._ask_from:
            return False
        pause = ASK_AFTER[min(self._refusals, len(ASK_AFTER) - 1)]
        self._ask_from = self._clock.now() + pause
        self._refusals += 1
        return True

    def no_bearer(self, final: Final) -> str:
        """Why the network gave no bearer; a refusal alone does not say that the plan is empty."""
        refused = "wrong_settings" if final.code == BAD_PASSWORD else REFUSALS.get(final.nas_cause)
        return self.account() or refused or "no_data_service"

    # --- remedies ---------------------------------------------------------------------------

    def mend(self, remedy: str) -> None:
        """Carry out one of ``ladder.REMEDIES``; ``look`` afterwards says what came of it."""
        self._ask_from = 0.0
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
