"""Every codec under noise also makes the round trip: what is written is what is read."""

import importlib
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.tests.codecs.adb import ADB
from harness.tests.codecs.cards import CARDS
from harness.tests.codecs.hosts import HOSTS
from harness.tests.codecs.instruments import INSTRUMENTS
from harness.tests.codecs.modems import MODEMS
from harness.tests.codecs.registers import REGISTERS
from harness.tests.codecs.texts import TEXTS
from harness.tests.codecs.trip import Elsewhere, ReadOnly, Table, Trip
from harness.tests.fuzz import CODECS, spoilt

TABLE: Table = {**HOSTS, **REGISTERS, **CARDS, **MODEMS, **INSTRUMENTS, **ADB, **TEXTS}
ROWS = [
    (f"{name}-{number}", row) for name, rows in TABLE.items() for number, row in enumerate(rows)
]
TRIPS = [pytest.param(row, id=name) for name, row in ROWS if isinstance(row, Trip)]
AGAIN = [pytest.param(row, id=name) for name, row in ROWS if isinstance(row, Trip) and row.again]
POINTED_AT = sorted({row.test for _, row in ROWS if isinstance(row, Elsewhere)})


def test_every_codec_under_noise_has_its_round_trip() -> None:
    """One table of names; who cannot be written says why, and only who has no trip does."""
    assert set(TABLE) == set(CODECS)
    for name, rows in TABLE.items():
        assert rows, name
        assert any(isinstance(row, ReadOnly) for row in rows) == all(
            isinstance(row, ReadOnly) for row in rows
        ), name


@pytest.mark.parametrize("where", POINTED_AT)
def test_what_is_shown_elsewhere_is_there(where: str) -> None:
    """A test with Hypothesis of that name."""
    file, _, name = where.partition("::")
    module = importlib.import_module(f"harness.tests.{file.removesuffix('.py').replace('/', '.')}")

    assert hasattr(getattr(module, name), "hypothesis")


@pytest.mark.parametrize("trip", TRIPS)
@given(data=st.data())
@settings(max_examples=20)
def test_what_is_written_is_read(trip: Trip, data: st.DataObject) -> None:
    """Over all that a codec can write, edges of every length included."""
    value = data.draw(trip.values)

    assert trip.read(trip.write(value)) == trip.means(value)


@pytest.mark.parametrize("trip", AGAIN)
@given(data=st.data(), seed=st.integers(0, 1 << 32))
@settings(max_examples=12)
def test_what_is_read_can_be_written_again(trip: Trip, data: st.DataObject, seed: int) -> None:
    """Spoilt bytes that are read all the same say the same again, or are the same again."""
    one, other = (trip.write(data.draw(trip.values)) for _ in range(2))
    octets = spoilt(one, other, random.Random(seed))
    try:
        value = trip.read(octets)
    except Garbled:
        return

    written = trip.write(value)
    assert trip.read(written) == value
    assert trip.again != "bytes" or written == octets


def test_a_codec_that_forgets_is_found() -> None:
    """A value that comes back as another fails; so does one whose bytes do."""

    def forgets(octets: bytes) -> Any:
        return octets[:3]

    trip = Trip(st.just(b"abcd"), bytes, forgets, "bytes")

    with pytest.raises(AssertionError):
        test_what_is_written_is_read.hypothesis.inner_test(trip, _Drawn())


class _Drawn:
    """In place of what Hypothesis draws."""

    def draw(self, _values: Any) -> bytes:
        return b"abcd"
