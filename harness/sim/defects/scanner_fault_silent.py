"""A scanner that does not answer is never tried, and nobody hears of it.

Breaks H-2: a pulled cable is told within 15 s.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A self-test that leaves the scanner out."""

    class SelfTest(base.SelfTest):  # type: ignore[name-defined, misc]
        def answers(self, part: str) -> bool:
            return part == "scanner_cable" or bool(super().answers(part))

    return base.with_parts(SelfTest=SelfTest)
