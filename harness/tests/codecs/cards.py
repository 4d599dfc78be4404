"""Round trips of cards: stripes, answers to reset, commands, EMV's lists."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from harness.tests.codecs.trip import Elsewhere, Table, Trip, octets
from harness.wire import emv, magstripe, tlv

# --- stripes --------------------------------------------------------------------------------


def _letters(track: int) -> str:
    """All a track can say between its sentinels."""
    alphabet = magstripe.TRACKS[track]
    every = (chr(alphabet.base + value) for value in range(1 << alphabet.bits))
    return "".join(one for one in every if one != alphabet.end)


def _packed(bits: str) -> bytes:
    return int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")


def _stripe(track: int, step: int) -> Trip:
    """A track, swiped this way or that; a text of every length up to the longest."""
    most = magstripe.TRACKS[track].most - 3  # both sentinels and the LRC
    edges = st.sampled_from([0, 1, most]).flatmap(
        lambda size: st.text(_letters(track), min_size=size, max_size=size)
    )

    def read(octets: bytes) -> str:
        swipe = magstripe.decode(f"{int.from_bytes(octets, 'big'):b}"[1:], track=track)
        return swipe.text or swipe.fault

    return Trip(
        st.text(_letters(track), max_size=most) | edges,
        lambda text: _packed(magstripe.encode(text, track=track)[::step]),
        read,
        "",
    )


# --- answers to reset -----------------------------------------------------------------------

#: The interface bytes of one level: TA, TB, TC, each or none.
_LEVEL = st.tuples(*(st.none() | st.integers(0, 255) for _ in "ABC"))
_LEVELS = st.lists(st.tuples(_LEVEL, st.sampled_from([0, 1, 14, 15])), max_size=4)


def _fits(row: Any) -> bool:
    return len(_write_atr(row)) <= emv.LONGEST_ATR


def _write_atr(row: Any) -> bytes:
    """Levels with the protocol that each one's TD names, a last level without, historical bytes."""
    first, levels, last, historical = row
    chain = [*levels, (last, None)]
    said = bytearray([first])
    marks = [
        sum(1 << bit for bit, one in enumerate(own) if one is not None)
        | (0 if protocol is None else 8)
        for own, protocol in chain
    ]
    said.append(marks[0] << 4 | len(historical))
    for (own, protocol), mark in zip(chain, [*marks[1:], 0], strict=True):
        said += bytes(one for one in own if one is not None)
        said += b"" if protocol is None else bytes([mark << 4 | protocol])
    said += historical
    return emv.with_tck(bytes(said)) if any(one for _, one in levels) else bytes(said)


def _atr(row: Any) -> emv.Atr:
    """What that is, by ISO/IEC 7816-3, 8.2."""
    first, levels, last, historical = row
    octets = _write_atr(row)
    interface: dict[str, int] = {}
    at = 2
    for level, (own, protocol) in enumerate([*levels, (last, None)], 1):
        present = [letter for letter, one in zip("ABC", own, strict=True) if one is not None]
        for letter in [*present, *([] if protocol is None else ["D"])]:
            interface[f"T{letter}{level}"] = octets[at]
            at += 1
    offered = tuple(dict.fromkeys(one for _, one in levels if one != 15)) or (0,)
    return emv.Atr(emv.CONVENTIONS[first], offered, interface, historical)


_ATRS = st.tuples(
    st.sampled_from(sorted(emv.CONVENTIONS)), _LEVELS, _LEVEL, st.binary(max_size=15)
).filter(_fits)  # fmt: skip

# --- commands and lists ---------------------------------------------------------------------

_BYTE = st.integers(0, 255)
_COMMANDS = st.builds(
    emv.Command, st.integers(0, 0xFFFF), _BYTE, _BYTE, octets(0, 1, 254, 255), st.none() | _BYTE
)
_DOL_TAGS = st.sampled_from([0x9F02, 0x9A, 0x5F2A, 0x95, 0x9F37, 0xDF8101])


def _write_dol(rows: list[tuple[int, int]]) -> bytes:
    return b"".join(tlv.encode(tag, b"")[:-1] + bytes([size]) for tag, size in rows)


def _write_afl(ranges: list[tuple[int, int, int]]) -> bytes:
    return b"".join(bytes([file << 3, first, first + more, 0]) for file, first, more in ranges)


def _ranges(octets: bytes) -> list[tuple[int, int, int]]:
    """Ranges out of the records that are named."""
    found: list[tuple[int, int, int]] = []
    previous = [(0, 0), *emv.read_afl(octets)]
    for (file, record), (now, next_one) in pairwise(previous):
        if (now, next_one) == (file, record + 1) and found:
            found[-1] = (now, found[-1][1], found[-1][2] + 1)
        else:
            found.append((now, next_one, 0))
    return found


@st.composite
def _apart(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Ranges of files that differ, so that no two are one."""
    files = draw(st.lists(st.integers(1, 30), unique=True, max_size=6))
    return [(file, draw(st.integers(1, 16)), draw(st.integers(0, 15))) for file in files]


CARDS: Table = {
    "magstripe": tuple(_stripe(track, step) for track in magstripe.TRACKS for step in (1, -1)),
    "magstripe flux": (Elsewhere("wire/test_stripe_flux.py::test_whatever_a_hand_does_is_read"),),
    "emv reset": (Trip(_ATRS, _write_atr, emv.parse_atr, "", _atr),),
    "emv answers": (
        Elsewhere("wire/test_tlv.py::test_what_is_written_is_read_back"),
        Trip(st.lists(st.tuples(_DOL_TAGS, _BYTE), max_size=9), _write_dol, emv.read_dol, "bytes"),
        Trip(_apart(), _write_afl, _ranges, ""),
    ),
    "emv commands": (
        Trip(_COMMANDS, emv.Command.to_bytes, emv.Command.from_bytes, "bytes"),
    ),
}  # fmt: skip
