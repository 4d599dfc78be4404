"""What of the trace says that the bench moved the terminal's supply."""

from harness.model.trace import Observation

#: What a supply or a switch in its line says when it moves.
MOVED = frozenset({"set", "output", "tripped", "closed", "opened", "pulsed", "triggered"})
#: Faults of these words move it, some of them by a list or a switch, without a set-point.
POWER = ("power", "supply", "battery", "switch", "update_interrupted", "cut_at_write")
#: The kinds ``moves`` looks at.
KINDS = MOVED | {"fault_injected", "power_asked"}


def moves(seen: Observation) -> bool:
    """Whether this is a move of the supply."""
    if seen.kind == "fault_injected":
        return is_power(seen)
    if seen.kind == "power_asked":
        return True
    return seen.source in ("supply", "switch", "flash") and seen.kind in MOVED


def is_power(seen: Observation) -> bool:
    """Whether an injection or a clearing is of a fault of the supply."""
    return str(seen.get("fault")).startswith(POWER)
