"""A sign-off is sent whatever is still open.

Breaks O-3 (settle first; a pending reversal stays): operator/signed_off_too_early and
operator/signed_off_while_owing catch it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An operator's desk that lets everybody go."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def check_nothing_open(self) -> None:
            pass

    return base.with_parts(Settlement=Settlement)
