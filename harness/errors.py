"""Every error this package raises, and whose fault it says it is.

::

    HarnessError
    ├── UsageError            your command line or option
    │   └── ScenarioError     your scenario file          -> nothing ran, exit 2
    │   └── RigError          your rig file               -> nothing ran, exit 2
    │       └── NoSuchDevice  nor has the simulated bench such a one
    └── BenchError            our bench                   -> verdict ERROR, exit 3
        ├── PortError         the bytes could not be moved
        │   ├── PortLost      the other end is gone
        │   └── PortTimeout   no answer within the port's own timeout
        │       └── Unheard   nor since a known time: a process that stands still, say
        ├── DeviceRefused     the device said no, in its own words
        ├── Garbled           the device said something its language does not have
        ├── LimitExceeded     a rig limit stopped a command before it reached the wire
        ├── RigLocked         somebody else holds an instrument
        ├── RigQuarantined    nobody has verified that an instrument is off
        ├── ForeignCard   a card was seen that may be a real one; the run ends
        ├── Stuck             every task waits and no timer runs (virtual time only)
        └── NotSupported      the device has no such function

A terminal that fails is not an error: it is a verdict.
"""


class HarnessError(Exception):
    """Root of the tree; never raised itself."""


class UsageError(HarnessError):
    """The command line, an option or a file cannot be understood; nothing ran.

    ``args`` may be several texts, one per error found; they print one per line.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class ScenarioError(UsageError):
    """A scenario file is wrong. The text names file, line, column, seen, wanted, next move."""


class RigError(UsageError):
    """A rig file is wrong, or a rig cannot be made from it; nothing was energised."""


class NoSuchDevice(RigError, LookupError):
    """The simulated bench has nothing of this name; the text says what it has."""


class BenchError(HarnessError):
    """The bench, not the terminal, misbehaved: the verdict is ERROR.

    Attributes:
        role: Whose device it was, where that is known.
        next_move: What to look at first.
    """

    role: str = ""
    next_move: str = ""

    @property
    def said(self) -> str:
        """What happened, and what to look at first."""
        return f"{self}. {self.next_move}" if self.next_move else str(self)


class PortError(BenchError):
    """Bytes could not be moved."""


class PortLost(PortError):
    """The other end has gone: closed, reset, unplugged."""

    next_move = "Is it switched on and plugged in, and does its program still run?"


class PortTimeout(PortError):
    """No answer came within the port's own timeout."""

    next_move = "Does it hang? Switch it off and on, or start its program again"


class DeviceRefused(BenchError):
    """The device refused a command; the text carries its own words."""


class Garbled(BenchError):
    """The device answered with something that its language does not have."""

    next_move = "Is it the device that the rig file names, and is the line's speed right?"


class LimitExceeded(BenchError):
    """A limit of the rig file stopped a command before it reached the wire."""


class BrokenOff(BenchError):
    """A call was still running when its device was released."""


class ForeignCard(BenchError):
    """A card number was seen that is of no known test card: no run goes on with such a card."""


class Astray(BenchError):
    """A device of the bench left by itself what it was told to do.

    Attributes:
        since: From when on nothing that was seen can be trusted, on the run's clock, s.
    """

    def __init__(self, text: str, since: float) -> None:
        super().__init__(text)
        self.since = max(0.0, since)


class Unheard(Astray, PortTimeout):
    """A device that acts by itself did not answer: since its last word it may stand still."""


class RigLocked(BenchError):
    """Another run holds an instrument of this rig."""


class RigQuarantined(BenchError):
    """An instrument that could once not be verified to be off; a person must clear it."""


class Stuck(BenchError):
    """Under the virtual clock every task waits for another; the text says who for what."""


class NotSupported(BenchError):
    """The device has no such function."""
