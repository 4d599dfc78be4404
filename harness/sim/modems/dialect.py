"""What a dialect is: commands, settings, unasked lines; each family adds to what 27.007 has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from harness.files import fixture, read_plain
from harness.wire.at_commands import Command, Form

if TYPE_CHECKING:
    from harness.sim.modems.port import AtPort

#: Runs a command; returns the lines of its answer, raises Refusal.
Act = Callable[["AtPort", Command], list[str]]

#: Unasked lines of an event: seconds after it, the line, and the setting of a port that must be on
#: for the line to be said there (may be left out).
Said = tuple[float, str] | tuple[float, str, str]

#: What the network and the card do, as TS 27.007 has it said (+CGEV: 10.1.19).
STANDARD: dict[str, Sequence[Said]] = {
    "bearer_up": ((0, "+CGEV: ME PDN ACT 1", "+CGEREP"),),
    "me_ended": ((0, "+CGEV: ME PDN DEACT 1", "+CGEREP"),),
    "nw_ended": ((0, "+CGEV: NW PDN DEACT 1", "+CGEREP"),),
    "detached": ((0, "+CGEV: NW DETACH", "+CGEREP"),),
}


class Dialect:
    """A family's language, as one model speaks it.

    Attributes:
        COMMANDS: Name -> act.
        RANGES: Name -> what its test command shows, OK alone for the others.
        RUN_ONLY: Commands without a read form (``AT+CIMI``, not ``AT+CIMI?``).
        READ_ONLY: Commands without the plain form (``AT!GSTATUS?``, not ``AT!GSTATUS``).
        REMEMBERED: Parameters kept as text to be read back, without effect: name -> factory value.
        FACTORY: Settings of a port from the factory (AT&F).
        SAYS: Unasked lines: ``boot``, ``sim_in``, ``sim_out``, ``sim_ready``, ``sim_missing``,
            ``pin_wanted``, ``bearer_up``, ``me_ended``, ``nw_ended``, ``nw_ended_own``,
            ``detached``, ``store_full``, ``power_off``.
    """

    COMMANDS: ClassVar[Mapping[str, Act]] = {}
    RANGES: ClassVar[Mapping[str, str]] = {}
    RUN_ONLY: ClassVar[frozenset[str]] = frozenset()
    READ_ONLY: ClassVar[frozenset[str]] = frozenset()
    REMEMBERED: ClassVar[Mapping[str, str]] = {}
    FACTORY: ClassVar[Mapping[str, Any]] = {}
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = STANDARD

    def __init__(self, personality: Mapping[str, Any]) -> None:
        lacks = set(personality["lacks"])
        self.commands = {name: act for name, act in self.COMMANDS.items() if name not in lacks}
        self.remembered = {
            name: value for name, value in self.REMEMBERED.items() if name not in lacks
        }
        self.ranges = self.RANGES
        self.factory = {**self.FACTORY, **personality["factory"]}
        self._says: Mapping[str, Any] = {**self.SAYS, **personality["says"]}

    def lacks_form(self, command: Command) -> bool:
        """Whether a command is known, but not in this form."""
        lacking = {Form.READ: self.RUN_ONLY, Form.RUN: self.READ_ONLY}
        return command.name in lacking.get(command.form, ())

    def says(self, event: str) -> Iterator[tuple[float, str, str]]:
        """(seconds later, line, setting that must be on) of an event; nothing for an unknown."""
        for after, line, *setting in self._says.get(event, ()):
            yield float(after), str(line), str(setting[0]) if setting else ""


def usual(personality: Mapping[str, Any]) -> dict[str, Any]:
    """A personality with what is usual filled in, two levels deep."""
    whole: dict[str, Any] = read_plain(fixture("modem", "usual.yaml"))
    for key, value in personality.items():
        deep = isinstance(value, Mapping) and isinstance(whole.get(key), Mapping)
        whole[key] = {**whole[key], **value} if deep else value
    return whole
