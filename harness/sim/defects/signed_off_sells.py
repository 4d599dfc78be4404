"""A terminal that is signed off signs on by itself when somebody wants to pay.

Breaks O-1 and invariant 15: operator/signed_off_too_early catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that does not keep that the operator has gone."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def sign_off(self, *, off: bool) -> None:
            super().sign_off(off=False)

    return base.with_parts(Storage=Storage)
