"""Patterns as the vocabulary uses them: shorthands, kinds to be fed, bound names that agree."""

from collections.abc import Iterable, Mapping

from harness.model.pattern import Pattern
from harness.model.trace import Observation

Bound = Mapping[str, str]

#: Bare words for the edges of a fault.
EDGES: dict[str, Pattern] = {
    "fault": Pattern(source="engine", kind="fault_injected"),
    "cleared": Pattern(source="engine", kind="fault_cleared"),
}


def edge(pattern: Pattern) -> Pattern:
    """``fault`` and ``cleared`` alone mean the edges of a fault."""
    bare = pattern.kind in EDGES and pattern == Pattern(kind=pattern.kind)
    return EDGES[pattern.kind] if bare else pattern


def kinds_of(patterns: Iterable[Pattern]) -> frozenset[str] | None:
    """Which kinds these patterns need to be fed; None for all."""
    kinds = frozenset(pattern.kind for pattern in patterns)
    return None if "" in kinds else kinds


def agree(known: Bound, found: Bound) -> bool:
    """Whether two bindings can be of one transaction."""
    return all(known.get(name, value) == value for name, value in found.items())


def match(pattern: Pattern, seen: Observation, known: Bound) -> dict[str, str] | None:
    """What a pattern binds, given what is known; None when it does not match or agree."""
    found = pattern.matches(seen)
    return found if found is not None and agree(known, found) else None


def told(patterns: Iterable[Pattern]) -> str:
    return " and ".join(repr(str(pattern)) for pattern in patterns)


def of_whom(bound: Bound) -> str:
    """`` (stan 12)``, or nothing."""
    return f" ({', '.join(f'{name} {value}' for name, value in bound.items())})" if bound else ""
