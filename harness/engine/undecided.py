"""A decision that is never made: nobody judges while a person's own test drives the rig."""

from harness.model.trace import Observation


class Undecided:
    """See the module text."""

    decided = False

    def on(self, seen: Observation) -> None: ...

    def at(self, t: float) -> None: ...

    def deadline(self) -> None: ...
