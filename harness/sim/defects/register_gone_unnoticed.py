"""A sale goes on although the register that asked for it has lost its connection.

Breaks ZVT PA00P016, 5.2.5 (P12): a command whose socket is closed counts as broken off.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that only an abort ends."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        @property
        def cancelled(self) -> bool:
            return bool(self._aborted)

    return base.with_parts(Dialogue=Dialogue)
