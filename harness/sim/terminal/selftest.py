"""The self-test: every part is tried, now and then by itself and whenever somebody asks.

What a part does not answer is an alarm until it does: display and keys cannot tell of themselves,
so a register and the light have to (scenario H-3).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

EVERY = 12.0  # s between two tests of its own accord
#: Part of the body -> (what the test calls it, the cause when it does not answer).
ANSWERING = {
    "display": ("display", "display_fault"), "touch": ("touch", "key_fault"),
    "keys": ("keys", "key_fault"), "lights": ("lights", "light_fault"),
    "scanner_cable": ("scanner", "scanner_fault"), "pad_cable": ("pad", "pad_fault"),
    "companion": ("companion", "companion_lost"),
}  # fmt: skip
#: Others that are said where they come up; a test on request names them as well.
SAID_ELSEWHERE = {
    "printer": ("paper_out", "cover_open", "paper_jam", "printer_hot", "printer_fault"),
    "reader": ("reader_fault",),
    "clock": ("clock_invalid",),
    "memory": ("journal_fault", "storage_full"),
    "modem": ("modem_fault", "sim_missing"),
    "supply": ("supply_low", "supply_high", "battery_low"),
}  # fmt: skip


class SelfTest:
    """Tries the parts."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware

    def run(self) -> None:
        """Try them all again and again; a task of its own."""
        while True:
            self.look()
            self._firmware.clock.sleep(EVERY)

    def look(self) -> list[str]:
        """Try what answers to nobody else; alarms begin and end by it. Returns what is wrong."""
        body, alarms = self._firmware.body, self._firmware.alarms
        bad = {
            cause for part, (_, cause) in ANSWERING.items()
            if part in body.parts and not self.answers(part)
        }  # fmt: skip
        for cause in dict.fromkeys(cause for _, cause in ANSWERING.values()):
            if cause in bad:
                alarms.begin(cause)
            else:
                alarms.end(cause)
        return sorted(bad)

    def answers(self, part: str) -> bool:
        """Whether a part of the body is as it should be."""
        return self._firmware.body.usual(part)

    def on_request(self) -> list[str]:
        """The causes that an operator or a register must hear of; each part is said on the log."""
        self.look()
        self._firmware.reader.check_cable()
        body, active = self._firmware.body, self._firmware.alarms.active
        tests: dict[str, Callable[[], list[str]]] = {
            name: lambda cause=cause: [cause] if cause in active else []  # type: ignore[misc]
            for part, (name, cause) in ANSWERING.items() if part in body.parts
        }  # fmt: skip
        for name, causes in self._others().items():
            tests[name] = lambda causes=causes: [one for one in causes if one in active]  # type: ignore[misc]
        found: list[str] = []
        for name, test in tests.items():
            wrong = test()
            self._firmware.log.say("test", f"part={name} ok={'no' if wrong else 'yes'}")
            found += wrong
        return list(dict.fromkeys(found))

    def _others(self) -> Mapping[str, tuple[str, ...]]:
        parts = self._firmware.body.parts
        fitted = {"printer": "paper" in parts, "reader": "reader_cable" in parts}
        return {name: row for name, row in SAID_ELSEWHERE.items() if fitted.get(name, True)}
