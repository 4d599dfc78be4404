"""A USB stick is taken for new data: the empty plan is forgotten.

Breaks N2 (scenario Q-10): external storage adds no mobile data.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that mistakes one kind of data for another."""

    class Hopeful(base):  # type: ignore[valid-type, misc]
        def tasks(self) -> dict[str, Any]:
            return {**super().tasks(), "stick": self._watch_stick}

        def _watch_stick(self) -> None:
            self.body.changed.wait_for(lambda: not self.body.usual("usb"))
            self.alarms.end("data_exhausted")
            self.screen.show("ready")
            self.clock.signal("nothing").wait_for(lambda: False)

    return Hopeful
