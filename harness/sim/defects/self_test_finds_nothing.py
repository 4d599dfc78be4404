"""A self-test that is asked for passes, whatever is dead: it looks at nothing but itself.

Breaks H-3 (B5): peripherals/register_has_it_tested catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A test whose findings stay on the log."""

    class SelfTest(base.SelfTest):  # type: ignore[name-defined, misc]
        def on_request(self) -> list[str]:
            super().on_request()
            return []

    return base.with_parts(SelfTest=SelfTest)
