"""How a check asks: what it wants to see, what must be refused, which role it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.model.roles import plays
from harness.testing.supply_bench import Bench, Unmet

OFF = 0.5  # V: an output below this is off


class Skipped(Exception):
    """The instrument has nothing that this check asks for."""


def wanted(true: object, seen: str) -> None:
    if not true:
        raise Unmet(seen)


@contextmanager
def refused(kind: type[Exception] | tuple[type[Exception], ...], act: str) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise Unmet(f"{act} was not refused")


def needs(bench: Bench, role: type[Any]) -> None:
    if not plays(bench.driver, role):
        raise Skipped(f"no {role.__name__}")
