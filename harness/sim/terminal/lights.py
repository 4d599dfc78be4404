"""The indicator lights: power, signal, busy, fault. They say what is so, whatever it is (F10)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

WORKING = ("booting", "busy", "recovering", "updating")


class Lights:
    """Drives the lights; each change is logged once."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._driven: dict[str, str] = {}

    def follow(self) -> None:
        """Have them agree with the state that holds now."""
        for name, state in self.wanted().items():
            if self._driven.get(name) != state:
                self._drive(name, state)

    def wanted(self) -> Mapping[str, str]:
        """Light -> ``on``, ``off`` or ``blinking``."""
        firmware = self._firmware
        word = firmware.state.now()
        spared = firmware.comms.spared  # nothing to worry anybody with
        trouble = any(cause != spared for cause in firmware.alarms.active)
        fault = "on" if word == "out_of_service" else "blinking" if trouble else "off"
        return {
            "power": "on",
            "signal": "on" if firmware.comms.online else "blinking",
            "busy": "on" if word in WORKING else "off",
            "fault": fault,
        }

    def _drive(self, name: str, state: str) -> None:
        self._driven[name] = state
        if self._firmware.body.usual("lights"):
            self._firmware.body.lights[name] = state
        self._firmware.log.say("led", f"{name}={state}")
