"""What passes a magnetic head: flux reversals, and what becomes of a stripe that is worn.

F2F ("Aiken biphase"): each bit is a cell; a reversal at each cell's end, and one in the middle of a
one. A reader knows no clock: it takes the length of a cell from the cells before, so a hand that
gets slowly faster is followed, and one that jerks is not.

Source: ISO/IEC 7811-2, 7811-6 (encoding; density of track 1 and 3: 210, track 2: 75 bits per inch).
"""

import random
from collections.abc import Sequence
from typing import Literal, get_args

from harness.wire.magstripe import TRACKS, Alphabet

INCH = 2.54  # cm
DENSITY = {1: 210, 2: 75, 3: 210}  # bits per inch
SLOWEST, FASTEST = 10.0, 100.0  # cm/s: what a hand does, and a reader must take
USUAL = 30.0  # cm/s
HALF = 0.7  # of a cell: a shorter interval is half a one
NOISE = 0.45  # of a half cell: anything shorter is no reversal of the stripe

#: What can be wrong with a stripe: ``parity`` the same bit of two characters, ``lrc`` two bits of
#: one, ``cut`` it ends before its end sentinel, ``blank`` nothing but zeros.
Spoilt = Literal["parity", "lrc", "cut", "blank"]
SPOILT: tuple[Spoilt, ...] = get_args(Spoilt)


def seconds_per_bit(speed: float, track: int = 2) -> float:
    """How long a cell takes at so many cm/s."""
    return INCH / (DENSITY[track] * speed)


def flux_of(
    bits: str, *, speed: float = USUAL, jitter: float = 0.0, rng: random.Random | None = None,
    track: int = 2,
) -> list[float]:  # fmt: skip
    """Seconds between the flux reversals of these bits.

    Args:
        bits: As ``magstripe.encode`` writes them.
        speed: Of the swipe, cm/s; above zero.
        jitter: By how much of itself an interval may be longer or shorter, 0 to below 1.
        rng: Where the jitter comes from.
        track: Whose density it is.
    """
    if speed <= 0 or not 0 <= jitter < 1:
        raise ValueError(f"speed {speed:g} cm/s is above 0, jitter {jitter:g} is in 0 to below 1")
    cell, chance = seconds_per_bit(speed, track), rng or random.Random(0)
    plain = (half for bit in bits for half in ((cell,) if bit == "0" else (cell / 2, cell / 2)))
    return [one * (1 + chance.uniform(-jitter, jitter)) for one in plain]


def bits_of(intervals: Sequence[float], *, track: int = 2) -> str:
    """What a reader's decoder makes of flux reversals; it ends where it loses its clock.

    A swipe slower or faster than any hand is not followed from its start.
    """
    if len(intervals) < 4:
        return ""
    cell = sum(intervals[:4]) / 4  # leading zeros
    shortest, longest = seconds_per_bit(FASTEST, track), seconds_per_bit(SLOWEST, track)
    if not shortest * 0.8 <= cell <= longest * 1.2:
        return ""
    bits, at = [], 0
    while at < len(intervals):
        taken, length = _next_bit(intervals, at, cell)
        if not taken:
            break
        bits.append("0" if taken == 1 else "1")
        at += taken
        cell = (cell + length) / 2
    return "".join(bits)


def _next_bit(intervals: Sequence[float], at: int, cell: float) -> tuple[int, float]:
    """(intervals of this bit, its length); 0 where it is neither a zero nor a one."""
    first = intervals[at]
    if first >= HALF * cell:
        return (1, first) if first < 2 * HALF * cell else (0, 0.0)
    both = first + intervals[at + 1] if at + 1 < len(intervals) else 0.0
    halves = NOISE * cell / 2 < first and both < 2 * HALF * cell
    return (2, both) if halves and both >= HALF * cell else (0, 0.0)


def spoil(bits: str, how: Spoilt, rng: random.Random, *, track: int = 2) -> str:
    """Damage a stripe, always in a place where only the check that is named can notice.

    Bits of a character after the separator are turned so that it stays a digit: a reader which
    does not check reads another expiry date or service code, and a card number that is right.
    Raises ValueError for bits that carry no track with a separator.
    """
    if how == "blank":
        return "0" * len(bits)
    alphabet = TRACKS[track]
    width = alphabet.bits + 1
    start, chars = _chars(bits, alphabet)
    fields = chars.rfind("^") if track == 1 else chars.find("=")
    end = chars.find(alphabet.end, 1)
    if fields < 0 or end < 0:
        raise ValueError("these bits carry no track that could be spoilt")
    if how == "cut":
        return bits[: start + (fields + 2) * width]
    turned, places = (0b1, 2) if how == "parity" else (0b11, 1)
    fit = [at for at in range(fields + 1, end) if chr(ord(chars[at]) ^ turned).isdigit()]
    if len(fit) < places:
        raise ValueError("too few digits of these bits can be spoilt so")
    for at in rng.sample(fit, places):
        bits = _turn(bits, start + at * width, turned.bit_length())
    return bits


def _turn(bits: str, at: int, many: int) -> str:
    return bits[:at] + "".join("10"[int(bit)] for bit in bits[at : at + many]) + bits[at + many :]


def _chars(bits: str, alphabet: Alphabet) -> tuple[int, str]:
    """(where the first character begins, all of them), no check made."""
    start, width = max(0, bits.find("1")), alphabet.bits + 1
    pieces = (bits[at : at + width] for at in range(start, len(bits) - width + 1, width))
    return start, "".join(chr(int(one[-2::-1], 2) + alphabet.base) for one in pieces)
