"""What a row of the table of round trips is (``test_round_trips.py``)."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from hypothesis import strategies as st


class Trip(NamedTuple):
    """There and back: ``read(write(value)) == means(value)`` for every value.

    Attributes:
        values: All that can be written, with its edges.
        write: A value's bytes.
        read: Their value.
        again: What holds besides of spoilt bytes that are read all the same: ``bytes``, written
            again they are the same (there is one way to write a value); ``value``, written again
            they say the same; ``""``, nothing, for the reader forgives what nobody may write.
        means: What a value is read as, where it also says how it is written.
    """

    values: st.SearchStrategy[Any]
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
    again: Literal["bytes", "value", ""] = "value"
    means: Callable[[Any], Any] = lambda value: value


class Elsewhere(NamedTuple):
    """A test with Hypothesis that shows the round trip: ``wire/test_tlv.py::test_...``."""

    test: str


class ReadOnly(NamedTuple):
    """Nothing of ours writes it; why."""

    why: str


Row = Trip | Elsewhere | ReadOnly
#: Name of a codec of ``fuzz.py`` -> what is shown of it.
Table = dict[str, tuple[Row, ...]]


def octets(*edges: int, most: int = 40) -> st.SearchStrategy[bytes]:
    """Bytes, mostly few; and of exactly these numbers, where a length is written another way."""
    seeds = st.integers(0, 255)
    long = st.builds(lambda size, seed: bytes([seed]) * size, st.sampled_from(edges or (0,)), seeds)
    return st.binary(max_size=most) | long


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    """A row of figures."""
    return st.text("0123456789", min_size=least, max_size=most)
