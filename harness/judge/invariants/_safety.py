"""Safety invariants: one forbidden line breaks them, whenever it comes."""

from harness.judge._monitor import Monitor
from harness.judge._run import Run


class Safety(Monitor):
    """Fails on the line itself; holds when the run ends without one, if it could be seen at all.

    Attributes:
        CHANNELS: Channels of which one must be observed for silence to mean anything.
        HELD: What to say when it held.
    """

    CHANNELS: tuple[str, ...] = ("host",)
    HELD = "nothing spoke against it"

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)

    def conclude(self) -> None:
        self.last_look()
        if self.settled is not None:
            return
        if any(self.run.hears(channel) for channel in self.CHANNELS):
            self.hold(self.held())
        else:
            whom = " nor ".join(self.CHANNELS)
            few = "neither" if len(self.CHANNELS) > 1 else "no"
            self.unsure(f"{few} {whom} is observed here")

    def last_look(self) -> None:
        """What can only be told when the run is over; may settle."""

    def held(self) -> str:
        return self.HELD

    def waiting(self) -> str:
        return "watched until the run ends"
