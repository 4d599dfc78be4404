"""An AT session with a cellular modem, over a port.

Source: ITU-T V.250; 3GPP TS 27.007, 27.005; time limits from the Quectel EC25&EC21 AT Commands
Manual and the constants of ModemManager. One command at a time; what comes unasked is handed to
``on_unasked`` with the stamp of the chunk it ended in. The session survives what modems do: it
starts over (AT until it answers, echo off, the driver's own settings) after a restart of the modem,
told or betrayed by its echo, after a time-out, when a late answer would be taken for the next
one's, and after the port was lost and found again. Nothing it meets makes it wait for ever or raise
anything but a BenchError.
"""

from collections.abc import Callable, Sequence

from harness.drivers._at_line import EARS, AtLine, Refused, Restarted, Spelling
from harness.errors import DeviceRefused, Garbled, PortError, PortLost, PortTimeout
from harness.ports.base import Port
from harness.wire.at import Exchange, Part

__all__ = ["AtSession", "Refused", "Spelling"]

#: Waits for the answer to AT, s: autobauding often eats the first, and modems boot for half a
#: minute.
FIRST_TRIES = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
QUICK_TRIES = (0.5, 1.0, 1.0)  # only to see whether it answers
QUIET, DRAINED = 0.2, 3.0  # s without a byte before a new start; s that it may go on talking
REOPEN, REOPEN_EVERY = 30.0, 0.5  # s: USB modems enumerate again after a reset
DEAD = 10  # time-outs in a row until the port itself is opened anew (ModemManager gives up there)
AGAIN = 3  # times a command is asked, where the modem restarts under it
#: s: to be seen gone after a restart or to be silent after switching off was asked for; to be back.
GO, BACK = 45.0, 90.0
MISSES = 3  # looks in a row that find it silent


class AtSession(AtLine):
    """One AT port and its conversation.

    Args:
        port: Where the modem is.
        on_unasked: Called with (time, line) for every line nobody asked for.
        on_answering: Called with False when it answers AT no longer, and with True when it does
            again.
        settings: Commands sent after every start; of a tuple the first that is taken. One that is
            refused is done without.

    Attributes:
        port: Where the modem is.
        answering: Whether it answers AT, as far as is known; None before the first time.
        lost: Whether the port was lost and not found again yet.
    """

    def __init__(
        self,
        port: Port,
        *,
        on_unasked: Callable[[float, str], None],
        on_answering: Callable[[bool], None] = lambda _: None,
        settings: Sequence[str | tuple[str, ...]] = (),
    ) -> None:
        super().__init__(port, on_unasked=on_unasked)
        self._on_answering, self._settings = on_answering, tuple(settings)
        self.answering: bool | None = None
        self.lost = False

    def ask(self, command: str, *, within: float | None = None, text: bytes = b"") -> list[str]:
        """Send a command; returns the lines of its answer, without the final result.

        Args:
            command: Whole, e.g. ``AT+CSQ``.
            within: Seconds; the command's usual limit when left out.
            text: What is sent when the modem prompts for it (``+CMGS``); ended for you.

        Raises:
            Refused: The final result was an error.
            DeviceRefused: It is no command that could be sent.
            Garbled: The answer never ended.
            PortTimeout: No final result in time.
            PortLost: The port is gone and did not come back.
        """
        gone: Exception | None = None
        for _ in range(1 if text else AGAIN):
            try:
                if not self.started:
                    self.start()
                lines = self.exchange(command, within, text).lines
            except PortLost as error:
                self._lose()
                gone = error
            except Restarted as error:
                gone = error
            except Refused:
                self._note(answering=True)
                raise
            else:
                self._note(answering=True)
                return lines
        why = str(gone) if isinstance(gone, PortLost) else "it restarts again and again"
        raise PortLost(f"{self.port.address}: no answer to {command}: {why}") from gone

    def attend(self) -> None:
        """Take in what has arrived; returns without waiting, whatever became of the port."""
        try:
            if self.lost:
                self._reopen()
            now = self.port.clock.now()
            for _ in range(EARS):
                chunk = self.port.read(now) if self.port.readable else None
                if chunk is None:
                    break
                self.hear(chunk)
        except PortLost:
            self._lose()

    def answers(self) -> bool:
        """Whether it answers AT just now: a look of three seconds at most."""
        seen = self._answers()
        self._note(answering=seen)
        return seen

    def _answers(self) -> bool:
        try:
            if self.lost:
                self._reopen()
            self._knock(QUICK_TRIES)
        except PortLost:
            self.lost, self.started = True, False
        except PortTimeout:
            self.started = False
        else:
            return True
        return False

    def _note(self, *, answering: bool) -> None:
        before, self.answering = self.answering, answering
        if before is not answering and not (before is None and answering):
            self._on_answering(answering)

    def _lose(self) -> None:
        self.lost, self.started = True, False
        self._note(answering=False)

    # --- going away on purpose ---

    def restart(self, command: str) -> None:
        """Have it restart, wait until it has gone, and until it answers again with its settings.

        Raises:
            Refused: It will not.
            DeviceRefused: It said OK and went on as before.
            PortError: It went and did not come back.
        """
        self._take_leave(command)
        until = self.port.clock.now() + GO
        while not self._is_gone():
            if self.port.clock.now() > until:
                raise DeviceRefused(f"{command}: taken, and {GO:g} s later it had not restarted")
        self._note(answering=False)
        until = self.port.clock.now() + BACK
        while not self.started:
            try:
                self.start()
            except PortError as error:
                self.lost = self.lost or isinstance(error, PortLost)
                if self.port.clock.now() > until:
                    raise PortLost(
                        f"{self.port.address}: not back {BACK:g} s after {command}"
                    ) from None
                self.port.clock.sleep(REOPEN_EVERY)
        self._note(answering=True)

    def switch_off(self, command: str) -> None:
        """Switch it off and wait until it is silent.

        Raises:
            Refused: It will not.
            DeviceRefused: It said OK and went on answering.
        """
        self._take_leave(command)
        clock, misses = self.port.clock, 0
        until = clock.now() + GO
        while misses < MISSES:
            if clock.now() > until:
                raise DeviceRefused(f"{command}: taken, and {GO:g} s later it still answered")
            misses = 0 if self._answers() else misses + 1
            clock.sleep(REOPEN_EVERY)
        self._note(answering=False)

    def _take_leave(self, command: str) -> None:
        """Send the last command of this life: some go before they have said OK."""
        if not self.started:
            self.start()
        try:
            self.exchange(command)
        except PortLost:
            self.lost, self.started = True, False
        except (PortTimeout, Restarted):
            self.started = False

    def _is_gone(self) -> bool:
        """Whether what it is now is not what it was: lost, silent, or all forgotten."""
        if not self.lost and self.started:
            self.port.clock.sleep(1.0)
            self.attend()
        return self.lost or not self.started or not self._answers() or not self.started

    # --- starting ---

    def start(self) -> None:
        """Find it, have it answer, and make its settings; ``ask`` does this by itself."""
        for _ in range(AGAIN):
            try:
                self._begin()
            except Restarted:
                continue
            if self.started:
                return
        raise PortTimeout(f"{self.port.address}: it restarts again and again")

    def _begin(self) -> None:
        clock = self.port.clock
        until = clock.now() + REOPEN
        while self.lost:
            try:
                self._reopen()
            except PortLost:
                if clock.now() >= until:
                    raise
                clock.sleep(REOPEN_EVERY)
        self._drain()
        self.silenced = False
        try:
            self._knock(FIRST_TRIES)
        except PortTimeout:
            self._note(answering=False)
            raise
        self._drain()  # a late OK of an earlier command may have been taken for AT's
        self.restarted = False  # whatever it forgot before, it is told now
        self._first_taken(("ATE0",))
        # An echo from now on betrays a restart, unless this modem cannot be told to be quiet.
        echoes = [self._first_taken(_several(setting)) for setting in self._settings]
        self.silenced = bool(echoes) and not any(echoes)
        self.started = not self.restarted

    def _reopen(self) -> None:
        self.port.close()  # an old handle left open would make the device come back elsewhere
        self.port.open()
        self.splitter.drop()
        self.lost, self.unanswered = False, 0

    def _knock(self, tries: Sequence[float]) -> None:
        for patience in tries:
            try:
                self.exchange("AT", patience)
            except (PortTimeout, Refused, Garbled, Restarted):
                continue
            return
        if self.unanswered >= DEAD:
            self.lost = True  # the port may be what is stuck
        raise PortTimeout(f"{self.port.address}: no answer to AT in {len(tries)} tries")

    def _first_taken(self, commands: tuple[str, ...]) -> bool:
        """The first that is not refused; whether it came back as an echo."""
        echoed = False
        for command in commands:
            try:
                echoed = self.exchange(command).echoed
            except Refused:
                continue
            break
        return echoed

    def _drain(self) -> None:
        """Hear the port out until it is quiet; unasked lines are told, answers dropped."""
        lone, clock = Exchange("AT"), self.port.clock
        until = clock.now() + DRAINED
        for _ in range(EARS):
            chunk = self.port.read(clock.now() + QUIET)
            if chunk is None or clock.now() > until:
                break
            for line in self.splitter.feed(chunk.data):
                if lone.take(line) is Part.UNASKED:
                    self.tell(chunk.t, line)
        self.splitter.drop()


def _several(setting: str | tuple[str, ...]) -> tuple[str, ...]:
    return (setting,) if isinstance(setting, str) else setting
