"""Numbers that a register gives to what it asks for: never the same twice, over runs as well."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

from harness.clock import Clock

SPAN = 10**9  # seconds: 31 years, and nine digits


def numbers(clock: Clock) -> Iterator[int]:
    """At most ten digits each.

    On a real clock they begin with the date's seconds: no run asks for more than one thing a
    second for long. On a virtual one with 1, so that a run depends on its seed alone.
    """
    first = 0 if clock.virtual else int(datetime.now(UTC).timestamp()) % SPAN
    return count(first + 1)
