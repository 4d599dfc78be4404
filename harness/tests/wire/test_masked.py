"""What a driver returns is masked however deep, and is otherwise the very same thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from harness.model.cellular import Text
from harness.model.roles import SaleResult
from harness.model.units import Volts
from harness.tests.safety.spellings import PANS, SPELT, held
from harness.wire.masked import Octets, masked

PAN = PANS[0]
SHOWN = "999999***0014"


class Pair(NamedTuple):
    """A row with names."""

    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record with another one in it."""

    text: Text
    more: Mapping[str, Any]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"card {PAN}", f"card {SHOWN}"),
        ([PAN, "x"], [SHOWN, "x"]),
        ((PAN,), (SHOWN,)),
        (Pair("a", PAN), Pair("a", SHOWN)),
        ({PAN: {"deep": [PAN]}}, {SHOWN: {"deep": [SHOWN]}}),
        (SaleResult("failed", text=PAN), SaleResult("failed", text=SHOWN)),
        (Record(Text("+1", PAN), {}), Record(Text("+1", SHOWN), {})),
    ],
)
def test_texts_are_masked_wherever_they_are(said: object, shown: object) -> None:
    """And each keeps its kind: a tuple with names is one still."""
    found = masked(said)

    assert found == shown
    assert type(found) is type(said)


@pytest.mark.parametrize(
    "innocent",
    [None, 5.0, Volts(5), 4111111111111111, b"\x99" * 20, "KEYSIGHT,E36313A,MY59001234,1.0.2",
     ["89860000000000000019"], Pair("a", "b"), SaleResult("approved", stan=7), int],
)  # fmt: skip
def test_what_has_no_number_in_it_is_the_very_same(innocent: object) -> None:
    """Not as much as copied; figures that are counted, and bytes, stay."""
    assert masked(innocent) is innocent


@pytest.mark.parametrize("spelling", SPELT)
def test_no_spelling_passes(spelling: str) -> None:
    """Those that a log may have."""
    assert held(repr(masked([SPELT[spelling](PAN)])).encode()) == []


def test_bytes_off_a_card_are_whole_and_shown_truncated() -> None:
    """Read as bytes they are all there; what pytest shows of them, or of a part, is not."""
    record = Octets.fromhex(f"70145A08{PAN}5F24034912319F0702FF009000")

    assert held(bytes(record[:-2]))
    assert record[0] == 0x70
    for shown in (repr(record), repr(record[:-2]), repr([record]), f"{record!r}", str(record)):
        assert held(shown.encode()) == []
        assert "***" in shown
