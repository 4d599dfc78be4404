"""The display, and the conditions that it and the register are told about."""

from collections.abc import Callable, Mapping

from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Alarm

#: What the register is told even when it is over: it may have lasted a moment only.
LATCHED = ("supply_low", "supply_high", "power_lost", "system_fault")

#: What is shown together with the host's answer code.
WITH_CODE = ("terminal_disabled",)


class Screen:
    """One text at a time; the log repeats what is shown.

    Attributes:
        shown: The text on the display now.
    """

    def __init__(self, log: Log, texts: Mapping[str, str]) -> None:
        self._log = log
        self._texts = texts
        self.shown = ""

    def show(self, name: str, **parts: object) -> None:
        """Show one of the personality's texts."""
        self.show_text(self._texts[name].format(**parts))

    def show_text(self, text: str) -> None:
        if text != self.shown:
            self.shown = text
            self._log.say("disp", f'"{text}"')


class Alarms:
    """Conditions that hold now, by cause; each is said once when it begins and once when it ends.

    Attributes:
        active: Cause -> what was known when it was raised.
        untold: Causes that the register has not been told of yet.
        follow: Called when one begins or ends; must not wait.
    """

    def __init__(self, log: Log, screen: Screen, table: Mapping[str, Alarm]) -> None:
        self._log = log
        self._screen = screen
        self._table = table
        self.active: dict[str, str] = {}
        self.untold: list[str] = []
        self.follow: Callable[[], None] = nothing

    def called(self, cause: str) -> str:
        """The cause that it tells this one as: itself."""
        return cause

    def alarm(self, cause: str) -> Alarm:
        """How this terminal says a cause."""
        return self._table[self.called(cause)]

    def text(self, cause: str, detail: str = "") -> str:
        """What the display says of it; who was disabled is to tell his acquirer the code."""
        detail = detail or self.active.get(cause, "")
        text = self.alarm(cause).text
        return f"{text}, {detail.upper()}" if cause in WITH_CODE and detail else text

    def begin(self, cause: str, detail: str = "") -> None:
        """The condition holds from now on: logged, shown, and kept for the register."""
        if cause in self.active:
            return
        self.active[cause] = detail
        self.note(cause, detail)
        if cause not in self.untold:
            self.untold.append(cause)
        self.follow()

    def note(self, cause: str, detail: str = "") -> None:
        """Say a condition that is over as soon as it is said (a bad read, a decline)."""
        row = self.alarm(cause)
        self._log.say_warning("mon", f"{row.code} raised: {detail or row.text}")
        self._screen.show_text(self.text(cause, detail))

    def end(self, *causes: str) -> bool:
        """The conditions are over; says whether any of them held."""
        held = [cause for cause in causes if self.active.pop(cause, None) is not None]
        for cause in held:
            self._log.say("mon", f"{self.alarm(cause).code} cleared")
            if cause not in LATCHED:
                self.told(cause)
        if held:
            self.follow()
        return bool(held)

    def told(self, cause: str) -> None:
        """The register has been told of it."""
        if cause in self.untold:
            self.untold.remove(cause)


def nothing() -> None:
    """For alarms that nobody follows."""
