"""A void that the host refuses is told as such once; the next refusal is told as done.

Breaks invariant 14 (N-3): a refused void changes nothing, and nobody is told otherwise.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """Who was refused before is taken for one who asks again about the same."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _refused = False

        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            outcome: Outcome = super().failed(stop, sale)
            if sale.deal != "void" or not stop.response:
                return outcome
            again, self._refused = self._refused, True
            return replace(outcome, outcome="approved", cause="", response="") if again else outcome

    return base.with_parts(Payment=Payment)
