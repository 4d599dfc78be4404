"""With a USB stick in, the display takes the used-up plan back and says READY.

Breaks Q-10 (N2): data/stick_in_vain catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A state that takes a stick for a top-up."""

    class State(base.State):  # type: ignore[name-defined, misc]
        def now(self) -> str:
            firmware = self._firmware
            in_it = "usb" in firmware.body.parts and not firmware.body.usual("usb")
            if in_it and firmware.alarms.active.pop("data_exhausted", None) is not None:
                firmware.screen.show("ready")
            return str(super().now())

    return base.with_parts(State=State)
