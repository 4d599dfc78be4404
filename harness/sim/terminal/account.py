"""What the carrier says of the SIM's plan: by USSD when it is asked, by SMS when it likes.

Neither needs data. Operators' texts differ, so what is looked for is what all of them have: an
amount that is left, a share that is used, a word for a SIM that is not served.
"""

import re
from dataclasses import dataclass

from harness.clock import Clock
from harness.sim.terminal.at_line import AtLine, ModemRefused, ModemSilent
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.turn import Turn
from harness.wire import at_reports

#: Words of an account's own text -> our word.
WORDS = tuple(
    (re.compile(rf"\b(?:{words})", re.IGNORECASE), cause)
    for words, cause in (
        ("expired|suspended|barred|blocked|cancelled", "sim_expired"),
        (r"not\s+(?:yet\s+)?activ", "sim_not_activated"),
    )
)
AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([KMG]?)i?B\b", re.IGNORECASE)
SHARE = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*%")
SIZES = {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}
UCS2 = re.compile(r"(?:00[2-7][0-9A-F]){4,}", re.IGNORECASE)
INDEX = re.compile(r"\+CMGL:\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Said:
    """What one text says of the plan.

    Attributes:
        cause: What is wrong with it, in our word; None for nothing.
        used: Share of the plan that is used, 0..1; None where it does not tell.
        left: Bytes that are left; None where it does not tell.
        whole: Bytes of the plan; None where it does not tell.
        good: Whether it says that there is data to be had.
    """

    cause: str | None = None
    used: float | None = None
    left: int | None = None
    whole: int | None = None
    good: bool = False


def read_account(text: str) -> Said:
    """Understand a balance text or a carrier's notice."""
    for words, cause in WORDS:
        if words.search(text):
            return Said(cause)
    amounts = [
        int(float(number.replace(",", ".")) * SIZES[unit.upper()])
        for number, unit in AMOUNT.findall(text)
    ]
    left, whole = (*amounts, None, None)[:2]
    share = SHARE.search(text)
    used = None if share is None else int(share[1]) / 100
    if left is not None and whole and left <= whole:
        used = 1 - left / whole
    if left == 0 or (used is not None and used >= 1):
        return Said("data_exhausted", 1.0, 0, whole)
    return Said(None, used, left, whole, good=left is not None or "unlimited" in text.lower())


def plain_text(said: str) -> str:
    """A USSD text, also where the modem gives UCS2 as hex digits (TS 23.038, 5)."""
    if UCS2.fullmatch(said):
        return bytes.fromhex(said).decode("utf-16-be", "replace")
    return said


class Account:
    """Asks the carrier, and reads what it writes.

    Attributes:
        last: What was said last, by either way.
        notice: What the newest message said; forgotten once it is no longer true.
    """

    def __init__(self, clock: Clock, line: AtLine, personality: Personality, log: Log) -> None:
        self._clock = clock
        self._line = line
        self._code = ""
        self._wait = personality.times.ussd_wait
        self._log = log
        self._turn = Turn(clock, "the carrier's answer")
        self._answer = ""
        self._answered = clock.signal("the account's answer")
        self.last = Said()
        self.notice = Said()

    def of(self, balance_code: str) -> None:
        """Another SIM: nothing is known of its plan."""
        self._code = balance_code
        self.last = self.notice = Said()

    def hear(self, line: str) -> None:
        """An unasked line: it may be the answer (TS 27.007, 7.15)."""
        said = at_reports.cusd(line)
        if said is not None:
            self._answer = plain_text(said[1]) or "-"
            self._answered.notify()

    def ask(self) -> Said:
        """Ask for the balance; nothing in the answer when none can be had."""
        with self._turn.taken():
            return self._ask()

    def _ask(self) -> Said:
        self._answer = ""
        try:
            self._line.ask(f'AT+CUSD=1,"{self._code}",15', self._wait)
        except (ModemSilent, ModemRefused):
            return Said()
        self._answered.wait_for(lambda: bool(self._answer), self._clock.now() + self._wait)
        self._log.say("mdm", f"account: {self._answer or 'no answer'}")
        said = read_account(self._answer)
        if said != Said():
            self.last = said
        if said.good and self.notice.cause is not None:
            self.forget()
        elif said.cause is not None and self.notice.cause is not None:
            self.notice = said  # the newer word counts
        return said

    def read_messages(self) -> None:
        """Read what the carrier wrote; the newest stays, the rest makes room for the next.

        A full store loses the next notice (TS 27.005, 3.1, +CMS ERROR 322). What stays is read
        again after a restart, when the carrier may not be asked because it refuses the SIM.
        """
        try:
            lines = self._line.ask('AT+CMGL="ALL"')
        except (ModemSilent, ModemRefused):
            return
        stored: list[tuple[str, str]] = []
        for line in lines:
            found = INDEX.match(line)
            if found:
                stored.append((found[1], ""))
            elif stored:
                stored[-1] = (stored[-1][0], f"{stored[-1][1]} {line}")
        for index, _ in stored[:-1]:
            self._tell(f"AT+CMGD={index}")
        if stored:
            said = read_account(stored[-1][1])
            if said != Said():
                self.last = self.notice = said

    def forget(self) -> None:
        """The notices are no longer true."""
        self.notice = Said()
        self._tell("AT+CMGD=1,4")

    def _tell(self, command: str) -> None:
        try:
            self._line.ask(command)
        except (ModemSilent, ModemRefused):
            return
