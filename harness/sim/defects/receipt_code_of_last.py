"""What the register prints for it has the authorisation code of the sale before.

Breaks invariant 14: the cardholder's bank knows a sale by its code.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """Receipts made up before the answer is taken over."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        _code = ""

        def _print_for(self, outcome: Outcome) -> bool:
            cls = type(self)
            before, cls._code = cls._code, outcome.auth
            return bool(super()._print_for(replace(outcome, auth=before)))

    return base.with_parts(Dialogue=Dialogue)
