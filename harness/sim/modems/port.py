"""One AT port of the simulated modem: its own echo, result and report settings; a task serves it.

Answers are written line by line, with gaps, and unasked lines are written when they happen: so
they do fall inside answers, as on real modules.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.sim.modems.registration import draw
from harness.wire.at_commands import Command, CommandReader, Form, Input, parse
from harness.wire.at_finals import CME_CAUSES, CMS_CAUSES, RESULT_NUMBERS

if TYPE_CHECKING:
    from harness.sim.modems.modem import Modem


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
        name: ``at0``, ``at1``.
        settings: E, V, Q, and what reports: +CMEE, +CREG, +CGEREP, +CNMI ...
        remembered: Parameters kept as text only to be read back.
    """

    def __init__(self, modem: "Modem", name: str, port: Port, *, usb: bool) -> None:
        self.modem, self.name, self._port, self._usb = modem, name, port, usb
        self._typed: list[int] = []
        self._boots = modem.boots  # in which life of the modem the command under way began
        self._forget()

    def restart(self) -> None:
        """The modem went down: all settings as kept by AT&W; a USB port is gone."""
        self._forget()
        if self._usb:
            self._port.close()
            self.modem.ports.remove(self)

    def _forget(self) -> None:
        self.reader = CommandReader()
        self.load(self.modem.stored.get(self.name, {}))
        self._typed.clear()
        # Until a UART's bit rate is found, what is written to it is noise.
        self._noise = 0 if self._usb else int(self.modem.quirk("eats"))

    def load(self, profile: dict[str, Any]) -> None:
        """Take settings from a profile; what it lacks is as from the factory."""
        self.settings: dict[str, Any] = {
            **self.modem.dialect.factory, **profile.get("settings", {})
        }  # fmt: skip
        self.remembered: dict[str, str] = dict(profile.get("remembered", {}))

    def profile(self) -> dict[str, Any]:
        """What AT&W keeps."""
        return {"settings": dict(self.settings), "remembered": dict(self.remembered)}

    # --- in ---

    def work(self) -> None:
        """Serve the port until its other end goes."""
        try:
            while True:
                self._take(self._typed_line())
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

    def _typed_line(self) -> bytes:
        """What was typed so far, up to what may be the end of an input (a line, or ``A/``)."""
        typed = bytearray([self._byte()])
        while self._typed and typed[-1] not in (self.reader.line_end, ord("/")):
            typed.append(self._typed.pop())
        return bytes(typed)

    def _hears(self) -> bool:
        return self.modem.awake and not self.modem.hung

    def _take(self, typed: bytes) -> None:
        self._boots = self.modem.boots
        if self._noise:
            self._noise -= typed[-1] == self.reader.line_end
            return
        try:
            for what, content in self.reader.feed(typed):
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
            self.wait(self._draw("answer"))
            for command in parse(line[: self.modem.quirk("longest")]):
                result = self.write_lines(self._carry_out(command))
        except Garbled:
            result = self._error(50)
        except Refusal as refusal:
            result = self._error(refusal.cme, refusal.cms)
        self.finish(result)

    def _carry_out(self, command: Command) -> list[str]:
        """Run one command; raises Refusal."""
        name, dialect = command.name, self.modem.dialect
        if command.form is Form.TEST and name != "+COPS":
            if name in dialect.commands or name in dialect.remembered:
                shown = dialect.ranges.get(name, "").format(**self._ranges())
                return [f"{name}: {shown}"] if shown else []
        elif name in dialect.commands and not dialect.lacks_form(command):
            return dialect.commands[name](self, command)
        elif name in dialect.remembered:
            return self._remember(command)
        elif name.startswith("S") and name[1:].isdigit():
            return self._register(command)
        raise Refusal(self.modem.code("unknown") if not name[0].isalpha() else None)

    def _ranges(self) -> dict[str, Any]:
        """What hangs on the model, on this port's settings, on what is stored."""
        texts = '"REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL"'
        return {
            **self.modem.personality["quirks"],
            "stats": texts if self.settings["+CMGF"] else "0-4",
            "kept": ",".join(map(str, sorted(self.modem.messages.kept))),
        }

    def _remember(self, command: Command) -> list[str]:
        """Keep or tell a parameter without effect."""
        name = command.name
        if command.form is Form.READ:
            return [f"{name}: {self.remembered.get(name, self.modem.dialect.remembered[name])}"]
        self.remembered[name] = ",".join(
            value if (value or "").isdecimal() and value else f'"{value or ""}"'
            for value in command.args
        )
        return []

    def _register(self, command: Command) -> list[str]:
        """S-registers (V.250, 6.2): S3 and S5 take effect here, the others are kept."""
        if command.form is Form.READ:
            live = {"S3": self.reader.line_end, "S5": self.reader.rub_out}
            value = live.get(command.name, int(self.remembered.get(command.name, "0")))
            return [f"{value:03d}"]
        if command.form is Form.SET:
            value = command.number(0, 0) or 0
            if value > (127 if command.name in ("S3", "S5") else 255):
                raise Refusal
            self.remembered[command.name] = f"{value}"
            if command.name == "S3":
                self.reader.line_end = value
            if command.name == "S5":
                self.reader.rub_out = value
        return []

    def write_lines(self, lines: list[str]) -> str:
        """Write the information text of one command; the result that is due then."""
        for at, line in enumerate(lines):
            self.wait(self._draw("gap"))
            head = "\r\n" if self.settings["V"] and at == 0 else ""
            self._write(f"{head}{line}{self.modem.quirk('line_end')}")
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
            self._write(f"\r\n{result}{self.modem.quirk('line_end')}")
        else:
            number = RESULT_NUMBERS.get(result)
            self._write(f"{result if number is None else number}\r")

    def announce(self, line: str) -> None:
        """An unasked line."""
        self._write(f"\r\n{line}{self.modem.quirk('line_end')}")

    def _write(self, text: str) -> None:
        self._port.write(text.encode("latin-1", "replace"))

    # --- waiting ---

    def _draw(self, time: str) -> float:
        return draw(self.modem.rng, self.modem.personality["times"], time)

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
