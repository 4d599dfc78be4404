"""Levels that go up and down by a step: ``VOLT UP``, ``VOLT:STEP`` (SCPI-1999 vol. 1, 7.2.1.3)."""

from harness.sim.supplies.commands import AT, setting
from harness.sim.supplies.instrument import Supply
from harness.sim.supplies.outputs import At
from harness.wire.scpi import Command, Slot
from harness.wire.scpi_syntax import Limit, read_number

UP_OR_DOWN = {"UP": 1, "DOWN": -1}


def level(header: str, field: str, unit: str) -> dict[str, Command]:
    """A level that can be set by number, by name or by a step, and asked for."""

    def read(text: str) -> str | float | Limit:
        return text.upper() if text.upper() in UP_OR_DOWN else read_number(text, unit)

    table = setting(f"{header}[:LEVel][:IMMediate][:AMPLitude]", field, unit)
    table[f"{header}[:LEVel][:IMMediate][:AMPLitude]"] = Command(
        "set_level", (Slot(read), AT), (field,)
    )
    return {
        **table,
        **setting(f"{header}[:LEVel][:IMMediate]:STEP[:INCRement]", f"{field}_step", unit),
    }


class Stepping(Supply):
    """A supply whose channels' settings have ``volts_step`` and ``amps_step``."""

    def set_level(self, field: str, value: str | float | Limit, at: At = None) -> None:
        """A number, a limit, or UP and DOWN: by a step, but not beyond the range."""
        if not isinstance(value, str):
            self.set_number(field, value, at)
            return
        for row in self._at(at):
            low, high, *_ = self._bounds(field, row)
            step = UP_OR_DOWN[value] * getattr(row.set, f"{field}_step")
            self.set_number(
                field, min(high, max(low, getattr(row.set, field) + step)), (row.number,)
            )
