"""A self-test that is asked for leaves out printer and reader.

Breaks H-3 (B5, F1): peripherals/register_has_it_tested catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware

LEFT_OUT = ("printer", "reader")


def plant(base: type[Firmware]) -> type[Firmware]:
    """They say by themselves what is wrong with them."""

    class SelfTest(base.SelfTest):  # type: ignore[name-defined, misc]
        def _others(self) -> Mapping[str, tuple[str, ...]]:
            rows = super()._others().items()
            return {name: row for name, row in rows if name not in LEFT_OUT}

    return base.with_parts(SelfTest=SelfTest)
