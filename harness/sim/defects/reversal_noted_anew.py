"""Each try of a reversal is noted in a new record, and the old one is deleted before that is there.

Breaks P-6 and invariants 5 and 7: power/cut_while_reversal_is_noted catches it.
"""

import dataclasses
from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending, seal_record


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter that is not worth a second copy."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def amend_pending(self, stan: int, **changes: Any) -> Pending:
            changed: Pending = dataclasses.replace(self.pending[stan], **changes)
            name = f"pending.{stan:06d}"
            self._flash.delete(name)
            self._flash.sync()
            self._flash.write(name, seal_record(changed))
            self._flash.sync()
            self.pending[stan] = changed
            return changed

        def meet_torn_pending(self, name: str) -> None:
            self._flash.delete(name)

    return base.with_parts(Storage=Storage)
