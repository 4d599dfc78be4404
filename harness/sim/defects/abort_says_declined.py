"""The result tells a fault of the line rightly, and the abort that ends its dialogue is declined.

Breaks N-1 and Q-1 (payment invariant 17: a communication fault is never reported as a decline):
host/register_told_why catches it. Registers without the terminal's own codes go by that byte.
"""

from harness.sim.terminal.firmware import Firmware

LINE = (0xA1, 0xA3)
DECLINED = 0x05


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue whose last word has one code for all that is not approved."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def abort(self, payload: bytes) -> None:
            if payload[0] in LINE:
                payload = bytes([DECLINED]) + payload[1:]
            super().abort(payload)

    return base.with_parts(Dialogue=Dialogue)
