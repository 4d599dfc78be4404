"""A plain SCPI-1999 supply with one output, of nobody's make.

Source: SCPI-1999 vol. 2 (MEASure, OUTPut, SOURce, TRIGger); a personality's ``lacks`` takes away
what the standard does not demand. A header it does not know is not answered; -113 is queued.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.sim.supplies.commands import COMMANDS, addressed, without
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import Command, Parser


class Instrument(Supply):
    """A supply that a personality makes more or less able."""

    COMMANDS: ClassVar[Mapping[str, Command]] = addressed(
        without(
            COMMANDS, "INSTrument", "LIST:", "MODE", "PAIR", "PON", "APPLy", "REMote", "RWLock"
        ),
        0,
    )

    def __init__(self, clock: Any, personality: Mapping[str, Any], **keys: Any) -> None:
        super().__init__(clock, personality, **keys)
        known = without(self.COMMANDS, *personality.get("lacks", ()))
        self._parser = Parser(known, self, self.status)
