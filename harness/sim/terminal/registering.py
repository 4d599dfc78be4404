"""Whether the network takes the SIM: signal, registration, refusals, and when to ask again.

A refused modem stays refused for as long as TS 24.301, 5.5.1.2.5 says, often until its power goes
or its radio does; so whoever waits for a subscription to be put right has to see to that.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.sim.terminal.account import Account
from harness.sim.terminal.at_line import AtLine, ModemRefused
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Limits
from harness.wire import at_reports
from harness.wire.at_reports import RegistrationReport

HOME, SEARCHING, DENIED, ROAMING = 1, 2, 3, 5

#: Reject cause (TS 24.301, annex A) -> our word: 2 (unknown in the HSS) and 8 (no service at all)
#: are what a SIM gets that was never put into service; 17 and 22 are the network's own trouble, 19
#: is a refused bearer. Others mean that the carrier does not accept this subscription any more.
REJECTS: dict[int | None, str] = {
    2: "sim_not_activated", 8: "sim_not_activated", 17: "not_registered", 22: "not_registered",
    19: "no_data_service",
}  # fmt: skip
#: Of these, what an empty plan may be told by as well.
PERHAPS_EMPTY = ("sim_expired", "no_data_service")

UNTIL_POWER = frozenset({3, 6, 7, 8})  # the card counts as invalid until the modem is off
CONGESTION = 22  # T3346 is to be waited out (TS 24.301, 5.3.9)
#: s from one refusal to the first try to change it, to the next ...; the last holds for good.
AGAIN_AFTER = (20.0, 30.0, 45.0, *(60.0,) * 12, 300.0)


class Registering:
    """Asks the modem how it stands with the network.

    Attributes:
        rsrp: Signal last seen, dBm; None for none.
        refused: What the network last refused the SIM for; holds until it takes it after all.
        empty_while_served: The plan was known to be empty and the SIM was served all the same.
    """

    def __init__(
        self, clock: Clock, line: AtLine, limits: Limits, log: Log, told: Account,
        mend: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._line = line
        self._limits = limits
        self._log = log
        self._told = told
        self._mend = mend
        self._refusals = 0
        self._again_from = 0.0
        self.rsrp: float | None = None
        self.refused = ""
        self.empty_while_served = False

    def missing(self) -> str | None:
        """What keeps the SIM from being registered, or None. Raises ModemSilent."""
        report = self._registration()
        self.rsrp = self.signal()
        cause = report.cause if report is not None else None
        if report is not None and (report.stat == DENIED or (report.stat == SEARCHING and cause)):
            self._log.say_warning("mdm", f"registration denied, cause {cause}")
            self.refused = self.denied(cause)
            self.ask_again(cause)
            return self.refused
        if self.rsrp is None:
            return "no_signal"
        if report is None or report.stat not in (HOME, ROAMING):
            weak = self.rsrp < self._limits.no_signal_rsrp
            return "no_signal" if weak else self.refused or "not_registered"
        self.forget()
        return None

    def forget(self) -> None:
        """It is taken, or another SIM is."""
        self.refused, self._refusals = "", 0

    def denied(self, cause: int | None) -> str:
        """Why the network does not take the SIM.

        A carrier may throw out who used up his plan with the same cause as who has none; then its
        last message tells. It does not when the plan was empty before and the SIM was served.
        """
        word = REJECTS.get(cause, "sim_expired")
        empty = self._told.notice.cause == "data_exhausted" and not self.empty_while_served
        return "data_exhausted" if empty and word in PERHAPS_EMPTY else word

    def ask_again(self, cause: int | None) -> None:
        """Have the modem forget the refusal once in a while, by as much as that takes."""
        first = self._refusals == 0
        if cause == CONGESTION or (not first and self._clock.now() < self._again_from):
            return
        pause = AGAIN_AFTER[min(self._refusals, len(AGAIN_AFTER) - 1)]
        self._again_from = self._clock.now() + pause
        self._refusals += 1
        if not first:
            strong = cause in UNTIL_POWER or self._refusals % 2 == 1
            self._mend("modem" if strong else "radio")

    def signal(self) -> float | None:
        """RSRP, dBm; None without a cell. Raises ModemSilent."""
        try:
            answer = self._line.ask("AT+CESQ")
        except ModemRefused:
            answer = []
        found = next(filter(None, map(at_reports.cesq, answer)), None)
        return None if found is None else found.rsrp

    def _registration(self) -> RegistrationReport | None:
        try:
            answer = self._line.ask("AT+CEREG?")
        except ModemRefused:
            return None
        return next(filter(None, map(at_reports.registration, answer)), None)
