"""A unit that takes another one's place begins its trace numbers at 1, and says nothing.

Breaks invariant 8 (X-7): ageing/replaced_by_a_spare catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A sign-on that takes every start for the first one."""

    class SignOn(base.SignOn):  # type: ignore[name-defined, misc]
        def take_batch(self, number: int, *, first_ever: bool = False) -> None:
            self._storage.met = True
            super().take_batch(number, first_ever=first_ever)

    return base.with_parts(SignOn=SignOn)
