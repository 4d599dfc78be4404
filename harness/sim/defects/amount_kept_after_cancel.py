"""An amount that was given up stays in the entry: the next one is keyed in behind it.

Breaks O-1 (E7): operator/given_up_then_keyed catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A prompt that goes and leaves its digits."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        left = ""

        def _leave(self) -> None:
            self.left = self._entry if self.prompt == "amount" else ""
            super()._leave()

        def _open(self, prompt: str, text: str, **parts: object) -> None:
            super()._open(prompt, text, **parts)
            if prompt == "amount":
                self._entry, self.left = self.left, ""

    return base.with_parts(Keypad=Keypad)
