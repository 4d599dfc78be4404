"""Who may be on a rig, and may be not."""

from typing import Any

from harness.model.cast import Cast


def player_of(cast: Cast, role: type[Any]) -> Any:
    """The first player of a role; None where nobody plays it."""
    try:
        return cast.playing(role)
    except LookupError:
        return None
