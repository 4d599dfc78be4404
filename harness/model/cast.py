"""Who plays what on a rig: all that a fault is handed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.model.roles import Observe, ignore, plays
from harness.model.trace import Observation
from harness.model.units import Volts


def nothing(_n: int) -> Sequence[Observation]:
    """What was seen where nobody looks."""
    return ()


#: Where the roles of a register's end are defined, and whose they are.
REGISTER, TERMINAL = ("harness.model.register", "Terminal"), "terminal"


def those_playing(players: Mapping[str, Any], role: type[Any]) -> list[Any]:
    """All who play a role, in the rig's order.

    A register's role is the terminal's driver's where that plays it: a person who puts paper in
    could key in a sale as well, and is not asked to where a register does it.
    """
    found = {
        name: player for name, player in players.items()
        if plays(getattr(player, "driver", player), role)
    }  # fmt: skip
    if TERMINAL in found and (role.__module__ in REGISTER or role.__name__ in REGISTER):
        return [found[TERMINAL]]
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays what on this rig. A fault is handed this and nothing else.

    Attributes:
        players: Role name -> driver, or its owner (calls are serialised; ``owner.driver`` is it).
        nominal: The supply's nominal voltage.
        sleep: Waits on the run's clock.
        note: Adds an observation about the fault itself, e.g. what a device confirmed.
        now: The time on the run's clock, s; None where nobody says.
        since: The observations after number ``n`` (0 for all), in order: what the world answered.
    """

    players: Mapping[str, Any]
    nominal: Volts
    sleep: Callable[[float], None]
    note: Observe = field(default=ignore)
    now: Callable[[], float] | None = None
    since: Callable[[int], Sequence[Observation]] = field(default=nothing)

    def plays(self, role: type[Any]) -> bool:
        """Whether anybody plays ``role``."""
        return any(plays(getattr(one, "driver", one), role) for one in self.players.values())

    def playing(self, role: type[Any]) -> Any:
        """The first player that plays ``role``; raises LookupError naming the role."""
        for player in those_playing(self.players, role):
            return player
        raise LookupError(f"nobody on this rig plays {role.__name__}")
