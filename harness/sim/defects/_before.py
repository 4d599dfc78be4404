"""What a register is told of the sale before: answers that are a sale behind in one field."""

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware
    from harness.sim.terminal.outcome import Outcome


def told_before(base: "type[Firmware]", field: str) -> "type[Firmware]":
    """A dialogue that sends what it has of ``field`` (of ``Outcome``), then keeps the new one."""
    key = f"{field} of before"

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def result(self, outcome: "Outcome") -> bytes:
            kept, now = self._firmware.kept, getattr(outcome, field)
            before = kept.get(key, now)
            kept[key] = now or before
            return super().result(replace(outcome, **{field: before}))  # type: ignore[no-any-return]

    dialogue = type("Dialogue", (base.Dialogue,), {"Answers": Answers})
    return base.with_parts(Dialogue=dialogue)
