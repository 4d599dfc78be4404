"""What the register prints for it names the batch before the one that the sale is in.

Breaks invariant 13: batch and trace number are what a sale is looked up by.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A template that is filled in at the end of day, too early."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def _say_lines(self, texts: list[str]) -> bool:
            batch = self.firmware.storage.batch
            own, before = f"BATCH {batch:06d}", f"BATCH {batch - 1:06d}"
            return bool(super()._say_lines([text.replace(own, before) for text in texts]))

    return base.with_parts(Dialogue=Dialogue)
