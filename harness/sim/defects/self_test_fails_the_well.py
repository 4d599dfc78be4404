"""A self-test finds nothing wrong, tells its register so, and its log that a part has failed.

Breaks H-3 (B5): peripherals/register_has_it_tested catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A last part in the list that not every model has."""

    class SelfTest(base.SelfTest):  # type: ignore[name-defined, misc]
        def on_request(self) -> list[str]:
            found: list[str] = super().on_request()
            self._firmware.log.say("test", "part=dock ok=no")
            return found

    return base.with_parts(SelfTest=SelfTest)
