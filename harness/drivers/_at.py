"""An AT session with a cellular modem, over a port.

Source: ITU-T V.250; 3GPP TS 27.007; time limits from the Quectel EC25&EC21 AT Commands Manual and
the constants of ModemManager. One command at a time; what comes unasked is handed to ``on_unasked``
with the stamp of the chunk it ended in. The session survives what modems do: it starts over (AT
until it answers, echo off, the driver's own settings) after a restart of the modem, after a
time-out, when a late answer would be taken for the next one's, and after the port was lost and
found again.
"""

from collections.abc import Callable, Sequence

from harness.errors import DeviceRefused, PortLost, PortTimeout
from harness.ports.base import Port
from harness.wire.at import Exchange, Final, LineSplitter, Part

#: What a command may take, s; the first beginning that fits.
LIMITS: tuple[tuple[str, float], ...] = (
    ("AT+COPS=?", 315.0),  # ModemManager; the EC25 manual says 180
    ("AT+COPS=", 180.0),
    ("AT+CGACT=", 150.0),
    ("AT+CGATT=", 140.0),
    ("AT+CUSD=", 120.0),
    ("AT+CMGL", 120.0),
    ("AT+CMGS", 120.0),
    ("AT+CFUN=", 15.0),
    ("AT+CPIN", 5.0),
)
USUAL = 5.0
#: Waits for the answer to AT, s: autobauding often eats the first, and a modem boots for long.
FIRST_TRIES = (0.5, 1.0, 2.0, 4.0, 8.0)
QUIET = 0.2  # s without a byte before a new start
REOPEN, REOPEN_EVERY = 30.0, 0.5  # s: USB modems enumerate again after a reset
#: A modem that says one of these has forgotten its settings.
RESTARTED = frozenset({"RDY"})


class Refused(DeviceRefused):
    """The modem refused a command.

    Attributes:
        final: Its words, as read.
    """

    def __init__(self, command: str, final: Final) -> None:
        super().__init__(f"{command}: {final.text} ({final.cause or 'no cause given'})")
        self.final = final


class _Restarted(Exception):
    """The modem restarted while a command was out."""


class Spelling:
    """For replayed dialogues: a command, and the lines of its answer with OK."""

    @staticmethod
    def asked(text: str) -> bytes:
        return f"{text}\r".encode()

    @staticmethod
    def answered(text: str) -> bytes:
        return "".join(f"\r\n{line}\r\n" for line in text.split("\n")).encode()


class AtSession:
    """One AT port and its conversation.

    Args:
        port: Where the modem is.
        on_unasked: Called with (time, line) for every line nobody asked for.
        settings: Commands sent after every start; for a tuple of commands, the first that is taken.
    """

    def __init__(
        self,
        port: Port,
        *,
        on_unasked: Callable[[float, str], None],
        settings: Sequence[str | tuple[str, ...]] = (),
    ) -> None:
        self._port, self._on_unasked = port, on_unasked
        self._settings = tuple(settings)
        self._splitter = LineSplitter()
        self._started = self._restarted = self._lost = False

    def ask(self, command: str, *, within: float | None = None) -> list[str]:
        """Send a command; returns the lines of its answer, without the final result.

        Args:
            command: Whole, e.g. ``AT+CSQ``.
            within: Seconds; the command's usual limit when left out.

        Raises:
            Refused: The final result was an error.
            PortTimeout: No final result in time.
            PortLost: The port is gone and did not come back.
        """
        for last in (False, True):
            try:
                if not self._started:
                    self._start()
                return self._exchange(command, within)
            except (PortLost, _Restarted) as error:
                self._started = False
                self._lost = self._lost or isinstance(error, PortLost)
                if last:
                    raise PortLost(f"{self._port.address}: lost again at {command}") from error
        raise AssertionError("unreachable")

    def attend(self) -> None:
        """Take in what has arrived; returns without waiting, whatever became of the port."""
        try:
            if self._lost:
                self._reopen()
            now = self._port.clock.now()
            while self._port.readable and (chunk := self._port.read(now)) is not None:
                for line in self._splitter.feed(chunk.data):
                    self._tell(chunk.t, line)
        except PortLost:
            self._lost, self._started = True, False

    def _tell(self, t: float, line: str) -> None:
        text = line.strip()
        if text in RESTARTED:
            self._started, self._restarted = False, True
        self._on_unasked(t, text)

    # --- starting ---

    def _start(self) -> None:
        clock = self._port.clock
        until = clock.now() + REOPEN
        while self._lost:
            try:
                self._reopen()
            except PortLost:
                if clock.now() >= until:
                    raise
                clock.sleep(REOPEN_EVERY)
        self._drain()
        self._restarted = False
        self._knock()
        self._drain()  # a late OK of an earlier command may have been taken for AT's
        self._exchange("ATE0", USUAL)
        for setting in self._settings:
            self._first_taken((setting,) if isinstance(setting, str) else setting)
        self._started = not self._restarted

    def _reopen(self) -> None:
        self._port.close()  # an old handle left open would make the device come back elsewhere
        self._port.open()
        self._splitter.drop()
        self._lost = False

    def _knock(self) -> None:
        for patience in FIRST_TRIES:
            try:
                self._exchange("AT", patience)
            except (PortTimeout, Refused, _Restarted):
                continue
            return
        tries = len(FIRST_TRIES)
        raise PortTimeout(f"{self._port.address}: no answer to AT in {tries} tries")

    def _first_taken(self, commands: tuple[str, ...]) -> None:
        for command in commands[:-1]:
            try:
                self._exchange(command, USUAL)
            except Refused:
                continue
            return
        self._exchange(commands[-1], USUAL)

    def _drain(self) -> None:
        """Hear the port out until it is quiet; unasked lines are told, answers dropped."""
        lone = Exchange("AT")
        clock = self._port.clock
        while (chunk := self._port.read(clock.now() + QUIET)) is not None:
            for line in self._splitter.feed(chunk.data):
                if lone.take(line) is Part.UNASKED:
                    self._on_unasked(chunk.t, line.strip())
        self._splitter.drop()

    # --- one command ---

    def _exchange(self, command: str, within: float | None) -> list[str]:
        limit = within if within is not None else _limit(command)
        exchange = Exchange(command)
        self._port.write(f"{command}\r".encode())
        until = self._port.clock.now() + limit
        while exchange.final is None:
            chunk = self._port.read(until)
            if chunk is None:
                self._started = False  # a late answer must not meet the next command
                raise PortTimeout(f"{self._port.address}: no answer to {command} in {limit:g} s")
            restarted = False
            for line in self._splitter.feed(chunk.data):
                if exchange.final is not None or exchange.take(line) is Part.UNASKED:
                    self._tell(chunk.t, line)  # after the final result: glued behind OK
                    restarted = restarted or line.strip() in RESTARTED
            if restarted and exchange.final is None:
                raise _Restarted(command)
        if not exchange.final.ok:
            raise Refused(command, exchange.final)
        return exchange.lines


def _limit(command: str) -> float:
    found = [limit for start, limit in LIMITS if command.upper().startswith(start)]
    return found[0] if found else USUAL
