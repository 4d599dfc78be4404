"""Links and patterns by name: what ``fixtures/link`` and ``fixtures/outage`` hold."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from harness.errors import NotSupported
from harness.files import fixture, read_plain
from harness.model.fade import Pattern
from harness.model.network import Limited
from harness.model.profile import Profile
from harness.model.roles import plays
from harness.model.words import fill, nearest

T = TypeVar("T")


def profiles() -> list[str]:
    """The links that have a name."""
    return _names("link")


def patterns() -> list[str]:
    """The patterns of a signal that have a name."""
    return _names("outage")


def profile_of(name: str) -> Profile:
    """A link; raises ValueError with the nearest name."""
    found: Profile = _read(Profile, "link", "profile", name)
    return found


def pattern_of(name: str) -> Pattern:
    """A pattern; raises ValueError with the nearest name."""
    found: Pattern = _read(Pattern, "outage", "pattern", name)
    return found


@lru_cache
def _names(folder: str) -> list[str]:
    return sorted(one.stem for one in fixture(folder).glob("*.yaml"))


@lru_cache(maxsize=128)
def _read(kind: type[T], folder: str, what: str, name: str) -> T:
    known = _names(folder)
    if name not in known:
        said = f"no {what} {name!r}{nearest(name, known)}"
        raise ValueError(f"{said}. Known: {', '.join(known)}")
    return fill(kind, read_plain(fixture(folder, f"{name}.yaml")), (folder, name))


def refusal(uses: Iterable[str], lacks: Mapping[str, str]) -> str:
    """What of it a link cannot do, with the reasons; ``""`` where it can do all."""
    reasons = [f"{one}: {lacks[one]}" for one in uses if one in lacks]
    return f"this rig's network cannot do {'; '.join(reasons)}" if reasons else ""


def check(player: Any, uses: Iterable[str]) -> None:
    """Raises NotSupported where a link, or its owner, cannot do what is asked of it."""
    if plays(getattr(player, "driver", player), Limited):
        why = refusal(uses, player.lacks())
        if why:
            raise NotSupported(why)
