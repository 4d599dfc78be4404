"""How a terminal meets its host: it signs on, or has an echo answered, and takes the batch."""

from collections.abc import Callable

from harness.sim.terminal.acquiring import Acquiring
from harness.sim.terminal.host_line import HostLine
from harness.sim.terminal.log import Log
from harness.sim.terminal.screen import Alarms
from harness.sim.terminal.storage import Storage
from harness.wire.iso8583 import Message

#: Sends a request and returns the answer; raises what the line raises.
Ask = Callable[[Message], Message]


class SignOn:
    """See the module text.

    Args:
        take_time: Told what the host says about date and time.

    Attributes:
        asked: Whether the host wants it to be done anew.
    """

    def __init__(
        self, acquiring: Acquiring, storage: Storage, *, host_line: HostLine, alarms: Alarms,
        log: Log, take_time: Callable[[str, str], None],
    ) -> None:  # fmt: skip
        self._acquiring = acquiring
        self._storage = storage
        self._host = host_line
        self._alarms = alarms
        self._log = log
        self._take_time = take_time
        self.asked = False

    def meet(self, ask: Ask) -> str | None:
        """Sign on, or have an echo answered; what stands in the way, or None."""
        stan, batch = self._storage.next_stan(), self._storage.batch
        if self._storage.signed_off:
            return "not_signed_on"  # until the operator signs on
        if not self._acquiring.signed_on:
            return self._sign_on(ask, stan, batch)
        ask(self._acquiring.echo(stan, batch))
        return None

    def _sign_on(self, ask: Ask, stan: int, batch: int) -> str | None:
        answer = ask(self._acquiring.sign_on(stan, batch))
        code = answer.get(39)
        if code != "00":
            self._log.say_warning("net", f"sign-on refused, code {code}")
            self._host.detail = f"code {code}"
            return "terminal_disabled" if code in ("03", "58", "97") else "not_signed_on"
        new_batch = self._acquiring.take_keys(answer)
        self.asked = False
        self._take_time(answer.get(13), answer.get(12))
        self._log.say("net", f"signed on, batch {new_batch:06d}")
        numbered = answer.get(37)[-8:]
        self.take_batch(new_batch, first_ever=numbered.isdecimal() and int(numbered) == 1)
        return None

    def take_batch(self, number: int, *, first_ever: bool = False) -> None:
        """The host's batch number holds from now on, unless ours has entries (invariant 9).

        A terminal that has never met its host may stand in for another one: it sells well above
        what that one has used (invariant 8), in the batch that is open, so that what the other one
        owes can still be reversed. ``first_ever``: this host has not answered anybody before.
        """
        storage, met = self._storage, self._storage.met
        storage.met = True
        if not met and not first_ever:
            storage.skip_stans()
        elif not met:
            storage.save_counters()
        if number != storage.batch and not storage.journal and not storage.pending:
            if not met:
                self._alarms.note("batch_conflict", f"batch {number:06d} was begun by another unit")
            storage.open_batch(number)
