"""One AT port of the simulated modem: its own echo, result and report settings; a task serves it.

Answers are written line by line, with gaps, and unasked lines are written when they happen: so
they do fall inside answers, as on real modules.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.sim.registration import draw
from harness.wire.at import CME_CAUSES, CMS_CAUSES, RESULT_NUMBERS
from harness.wire.at_commands import Command, CommandReader, Input, parse

if TYPE_CHECKING:
    from harness.sim.modem import Modem

#: Runs a command; raises Refusal.
CarryOut = Callable[["AtPort", Command], list[str]]

#: Settings of a port from the factory (AT&F), EC25.
FACTORY: dict[str, Any] = {"E": 1, "V": 1, "Q": 0, "+CMEE": 1, "+CMGF": 0}


class Refusal(Exception):
    """A command is refused.

    Args:
        cme: Code of +CME ERROR; None for a bare ERROR.
        cms: Code of +CMS ERROR instead.
    """

    def __init__(self, cme: int | None = None, *, cms: int | None = None) -> None:
        super().__init__(cme, cms)
        self.cme, self.cms = cme, cms


class Restarted(Exception):
    """The modem restarted or hangs: the answer under way is never given."""


class AtPort:
    """What one connection to the modem sees.

    Attributes:
        modem: Whose port it is.
        settings: E, V, Q, +CMEE, +CMGF.
        levels: n of +CREG, +CGREG and +CEREG.
        tells_events: Whether +CGEV is reported (+CGEREP).
        tells_messages: Whether +CMTI is reported (+CNMI).
        remembered: Parameters kept as text only to be read back.
    """

    def __init__(self, modem: "Modem", name: str, port: Port, carry_out: CarryOut) -> None:
        self.modem, self.name, self._port, self._carry_out = modem, name, port, carry_out
        self._typed: list[int] = []
        self._boots = modem.boots  # in which life of the modem the command under way began
        self.restart()

    def restart(self) -> None:
        """All settings as kept by AT&W, and nothing half typed."""
        self.reader = CommandReader()
        self.load(self.modem.stored.get(self.name, {}))
        self._typed.clear()

    def load(self, profile: dict[str, Any]) -> None:
        """Take settings from a profile; what it lacks is as from the factory."""
        self.settings: dict[str, Any] = {**FACTORY, **profile.get("settings", {})}
        self.levels: dict[str, int] = {"+CREG": 0, "+CGREG": 0, "+CEREG": 0}
        self.levels.update(profile.get("levels", {}))
        self.tells_events = bool(profile.get("tells_events"))
        self.tells_messages = bool(profile.get("tells_messages", True))
        self.remembered: dict[str, str] = dict(profile.get("remembered", {}))

    def profile(self) -> dict[str, Any]:
        """What AT&W keeps."""
        return {
            "settings": dict(self.settings),
            "levels": dict(self.levels),
            "tells_events": self.tells_events,
            "tells_messages": self.tells_messages,
            "remembered": dict(self.remembered),
        }

    # --- in ---

    def work(self) -> None:
        """Serve the port until its other end goes."""
        try:
            while True:
                self._take(self._byte())
        except PortLost:
            pass
        finally:
            if self in self.modem.ports:
                self.modem.ports.remove(self)

    def _byte(self) -> int:
        while not self._typed:
            chunk = self._port.read()
            if chunk is not None and self._hears():
                self._typed.extend(reversed(chunk.data))
        return self._typed.pop()

    def _hears(self) -> bool:
        return self.modem.awake and not self.modem.hung

    def _take(self, byte: int) -> None:
        self._boots = self.modem.boots
        try:
            for what, content in self.reader.feed(bytes([byte])):
                if what is Input.ECHO and self.settings["E"]:
                    self._port.write(content)
                elif what is Input.LINE:
                    self._obey(content.decode("latin-1"))
                elif what is Input.TOO_LONG:
                    self.finish("ERROR")
        except Restarted:
            pass

    def ask_text(self) -> bytes | None:
        """Prompt for a text; None when it was abandoned with ESC."""
        self.reader.wants_text = True
        self._port.write(b"\r\n> ")
        while True:
            byte = self._byte()
            if self._boots != self.modem.boots:
                self._typed.append(byte)  # it belongs to the new life
                raise Restarted
            for what, content in self.reader.feed(bytes([byte])):
                if what is Input.ECHO and self.settings["E"]:
                    self._port.write(content)
                elif what in (Input.TEXT, Input.ABANDON):
                    return content if what is Input.TEXT else None

    # --- out ---

    def _obey(self, line: str) -> None:
        """Run the commands of a line; the first that is refused ends it (V.250, 5.4.4)."""
        result = "OK"
        try:
            self.wait(draw(self.modem.rng, self.modem.personality["times"], "answer"))
            for command in parse(line):
                result = self.write_lines(self._carry_out(self, command))
        except Garbled:
            result = self._error(50)
        except Refusal as refusal:
            result = self._error(refusal.cme, refusal.cms)
        self.finish(result)

    def write_lines(self, lines: list[str]) -> str:
        """Write the information text of one command; the result that is due then."""
        for at, line in enumerate(lines):
            self.wait(draw(self.modem.rng, self.modem.personality["times"], "gap"))
            head = "\r\n" if self.settings["V"] and at == 0 else ""
            self._port.write(f"{head}{line}\r\n".encode("latin-1", "replace"))
        return "OK"

    def _error(self, cme: int | None, cms: int | None = None) -> str:
        """TS 27.007, 9.1: +CMEE=0 a bare ERROR, 1 the number, 2 words."""
        if cms is not None:
            known = CMS_CAUSES.get(cms) if self.settings["+CMEE"] == 2 else None
            return f"+CMS ERROR: {known or cms}"
        if cme is None or not self.settings["+CMEE"]:
            return "ERROR"
        known = CME_CAUSES.get(cme) if self.settings["+CMEE"] == 2 else None
        return f"+CME ERROR: {known or cme}"

    def finish(self, result: str) -> None:
        """The final result, as V and Q want it."""
        if self.settings["Q"]:
            return
        if self.settings["V"]:
            self._port.write(f"\r\n{result}\r\n".encode("latin-1"))
        else:
            number = RESULT_NUMBERS.get(result)
            self._port.write(f"{result if number is None else number}\r".encode("latin-1"))

    def announce(self, line: str) -> None:
        """An unasked line."""
        self._port.write(f"\r\n{line}\r\n".encode("latin-1", "replace"))

    def registration(self, name: str, *, unasked: bool = False) -> str:
        """A +CREG, +CGREG or +CEREG line at this port's level (TS 27.007, 10.1.22)."""
        state, level = self.modem.registration, self.levels[name]
        cell = self.modem.personality["cell"]
        parts = [f"{state.stat}"]
        if state.registered and level >= 2:
            parts += [f'"{cell["area"]}"', f'"{cell["cell"]}"', "7"]
        elif level >= 3 and state.cause is not None:
            blanks = ["", "", "", ""] if name == "+CGREG" else ["", "", ""]
            parts += [*blanks, "0", f"{state.cause}"]
        if not unasked:
            parts.insert(0, f"{level}")
        return f"{name}: {','.join(parts)}"

    # --- waiting ---

    def wait(self, seconds: float) -> None:
        """Take time over a command; raises Restarted when the modem is not there after it."""
        self.modem.clock.sleep(seconds)
        self.check()

    def wait_until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait for a state of the modem; False after ``seconds``."""
        until = self.modem.clock.now() + seconds
        while not true() and self.modem.clock.now() < until:
            self.wait(0.1)
        return true()

    def check(self) -> None:
        """Raise Restarted when this is not the modem's life any more in which it began."""
        if self._boots != self.modem.boots or not self._hears():
            raise Restarted
