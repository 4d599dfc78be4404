"""There is no self-test: what is dead or stuck stays unknown.

Breaks H-3 (B5, F1): the self-test finds display, keys and lights that do not answer.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A self-test that is always content."""

    class SelfTest(base.SelfTest):  # type: ignore[name-defined, misc]
        def answers(self, part: str) -> bool:
            return True

    return base.with_parts(SelfTest=SelfTest)
