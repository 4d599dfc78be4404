"""The firmware's view of its modem: is there a SIM, a cell, a registration, a bearer, a balance.

Everything is asked by AT (3GPP TS 27.007), in the order in which one depends on the other, so the
first thing that is missing is the cause of the rest.
"""

import re
from collections.abc import Callable

from harness.clock import Clock
from harness.ports.base import Port
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

#: Reject cause of a denied registration (TS 24.301, annex A) -> our word: 2 (unknown in the HSS)
#: and 8 (no service at all) are what a SIM gets that was never put into service. Others mean that
#: the carrier does not accept this subscription any more.
REJECTS: dict[int | None, str] = {2: "sim_not_activated", 8: "sim_not_activated"}

#: After these the modem does not try again until its radio restarts (TS 24.301, 5.5.1.2.5).
FOR_GOOD = (3, 6, 8)
RADIO_RESTART = 20.0  # s between two restarts of the radio at least

#: Words of an account's own text -> our word.
ACCOUNT_WORDS = ((re.compile(r"expired", re.IGNORECASE), "sim_expired"),
                 (re.compile(r"not\s+activ", re.IGNORECASE), "sim_not_activated"))  # fmt: skip
SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*MB of (\d+(?:\.\d+)?)\s*MB", re.IGNORECASE)
LOW_SHARE = 0.2  # carriers warn at 80 % used
# No message says that a low plan was topped up, so it is asked for.
ACCOUNT_EVERY = 60.0  # s
AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([KMG]i?)?B\b", re.IGNORECASE)

BEARER_GONE = ("+CGEV", "+QIURC")
NEWS = ("+CEREG", "+CPIN", "+QSIMSTAT", "+CMTI", *BEARER_GONE)


class Cellular:
    """Asks the modem and puts what it says into a cause.

    Attributes:
        rsrp: Signal last seen, dBm; None for none.
        account_warning: A message came that may be the carrier's warning.
        data_low: Whether the plan was nearly used up when the carrier was last asked.
        bearer_ended: The bearer ended since somebody last cleared this: its sockets are dead.
    """

    def __init__(
        self, clock: Clock, port: Port, personality: Personality, log: Log,
        on_news: Callable[[], None], reset: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._who = personality.identity
        self._times = personality.times
        self._limits = personality.limits
        self._log = log
        self._on_news = on_news
        self._reset = reset
        self._ready = False
        self._silences = 0
        self._account_said = ""
        self._account_told = clock.signal("the account's answer")
        self.line = AtLine(clock, port, self._hear)
        self._radio_restarts_from = 0.0
        self._denied = ""
        self._ask_account_from = 0.0
        self.rsrp: float | None = None
        self.account_warning = False
        self.bearer_ended = False
        self.data_low = False

    # --- what comes unasked -----------------------------------------------------------------

    def _hear(self, line: str) -> None:
        self._log.say("mdm", f"< {line}")
        said = at_reports.cusd(line)
        if said is not None:
            self._account_said = said[1] or "-"
            self._account_told.notify()
        if line.strip() in ("RDY", "POWERED DOWN"):
            self._ready = False  # it forgot its settings
        event = at_reports.cgev(line) or at_reports.qiurc(line)
        self.bearer_ended |= event is not None and not event.up
        if line.startswith(NEWS):
            self.account_warning |= line.startswith("+CMTI")
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
            cause = self._missing()
            while cause in ("sim_missing", "no_signal", "not_registered"):
                if self._clock.now() >= until:
                    break
                self._clock.sleep(self._times.at_wait)
                cause = self._missing()
        except ModemSilent as silence:
            return self._silent(silence)
        self._silences = 0
        return cause

    def account(self) -> str | None:
        """What the carrier says of the plan by USSD, which needs no data: a cause, or None."""
        self._account_said = ""
        try:
            self.line.ask(f'AT+CUSD=1,"{self._who.balance_code}",15', self._times.ussd_wait)
        except (ModemSilent, ModemRefused):
            return None
        until = self._clock.now() + self._times.ussd_wait
        self._account_told.wait_for(lambda: bool(self._account_said), until)
        self._log.say("mdm", f"account: {self._account_said or 'no answer'}")
        share = SHARE.search(self._account_said)
        if share:
            self.data_low = 0 < float(share[1]) <= LOW_SHARE * float(share[2])
        return account_cause(self._account_said)

    def follow_warning(self) -> None:
        """The carrier has written: ask how much is left, and make room for its next message."""
        due = self.data_low and self._clock.now() >= self._ask_account_from
        if self.account_warning or due:
            self.account_warning = False
            self._ask_account_from = self._clock.now() + ACCOUNT_EVERY
            self.account()
            self._told("AT+CMGD=1,4")  # a full store loses the next notice (TS 27.005, 3.5.4)

    def _missing(self) -> str | None:
        return self._missing_sim() or self._missing_radio() or self._missing_bearer()

    def _set_up(self) -> None:
        for _ in range(5):  # autobauding often eats the first ones
            try:
                self.line.ask("AT", 1.0)
                break
            except (ModemSilent, ModemRefused):
                continue
        for choices in SET_UP:
            for command in choices:
                if self._told(command):
                    break
        self._told(f'AT+CGDCONT=1,"IP","{self._who.apn}"')
        self._ready = True

    def _told(self, command: str) -> bool:
        try:
            self.line.ask(command)
        except (ModemRefused, ModemSilent):
            return False
        return True

    def _silent(self, silence: ModemSilent) -> str:
        self._ready = False
        self._silences += 1
        self._log.say_error("mdm", f"no answer to {silence}")
        if self._silences % 3 == 0:
            self._log.say_warning("mdm", "power cycle")
            self._reset()
        return "modem_fault"

    def _missing_sim(self) -> str | None:
        try:
            answer = self.line.ask("AT+CPIN?", self._times.sim_wait)
        except ModemRefused as refusal:
            self._log.say("mdm", f"SIM: {refusal.final.cause}")
            return "sim_missing"
        state = next(filter(None, map(at_reports.cpin, answer)), "")
        return None if state == "READY" else "sim_missing"

    def _missing_radio(self) -> str | None:
        report = self._registration()
        self.rsrp = self._signal()
        if report is not None and report.stat == 3:
            self._log.say_warning("mdm", f"registration denied, cause {report.cause}")
            self._denied = REJECTS.get(report.cause, "sim_expired")
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

    def _restart_radio(self) -> None:
        """A SIM that was refused for good is looked at again only after this."""
        if self._clock.now() >= self._radio_restarts_from:
            self._radio_restarts_from = self._clock.now() + RADIO_RESTART
            self._told("AT+CFUN=4")
            self._told("AT+CFUN=1")

    def _registration(self) -> at_reports.RegistrationReport | None:
        try:
            answer = self.line.ask("AT+CEREG?")
        except ModemRefused:
            return None
        return next(filter(None, map(at_reports.registration, answer)), None)

    def _signal(self) -> float | None:
        """RSRP, or RSSI where the modem cannot tell RSRP, dBm; None without a cell."""
        try:
            answer = self.line.ask("AT+CESQ")
        except ModemRefused:
            answer = []
        found = next(filter(None, map(at_reports.cesq, answer)), None)
        return None if found is None else found.rsrp

    def _missing_bearer(self) -> str | None:
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
        return self.account() or "no_data_service"


def account_cause(said: str) -> str | None:
    """What a balance text says: a cause, or None when there is data left or it is not told."""
    for words, cause in ACCOUNT_WORDS:
        if words.search(said):
            return cause
    amount = AMOUNT.search(said)
    if amount and float(amount[1].replace(",", ".")) == 0:
        return "data_exhausted"
    return None
