"""The display keeps what it shows after some texts: a buffer that is filled and never emptied.

Breaks N-3 and K-1 (B5, E2: who stands before it is told): host/answer_declined catches it.
"""

from harness.sim.terminal.firmware import Firmware

MOST = 4  # texts: into the first sale


def plant(base: type[Firmware]) -> type[Firmware]:
    """A screen that takes so many texts."""

    class Screen(base.Screen):  # type: ignore[name-defined, misc]
        taken = 0

        def show_text(self, text: str) -> None:
            self.taken += text != self.shown
            if self.taken <= MOST:
                super().show_text(text)

    return base.with_parts(Screen=Screen)
