"""Signal quality, from lines as standards and modems have them."""

from typing import Any

import pytest

from harness.wire.at_signal import (
    RSRP,
    RSRQ,
    RXLEV,
    SS_RSRP,
    SS_RSRQ,
    SS_SINR,
    Quality,
    Scale,
    cesq,
    level,
    qcsq,
    xcesq,
)


@pytest.mark.parametrize(
    ("read", "line", "wanted"),
    [
        (cesq, "+CESQ: 99,99,255,255,14,44", Quality(-97, -13)),
        (cesq, "+CESQ: 17,0,255,255,255,255", Quality(rssi=-94)),
        # nine fields since release 15; LTE first, 5G where there is no LTE
        (cesq, "+CESQ: 99,99,255,255,14,44,40,49,69", Quality(-97, -13)),
        (cesq, "+CESQ: 99,99,255,255,255,255,65,70,47", Quality(-87, -11, sinr=0)),
        (cesq, "+CESQ: 99,99,255,255,255,255,255,255,255", Quality()),
        (cesq, "+CESQ: 99,99", None),
        # XMM, out of a public log
        (xcesq, "+XCESQ: 0,99,99,255,255,19,46,32", Quality(-95, -10.5, sinr=16)),
        (xcesq, "+XCESQ: 1,99,99,255,255,7,21,-9", Quality(-120, -16.5, sinr=-4.5)),
        (xcesq, "+XCESQ: 0,99,99,255,255,255,255,255", Quality()),
        # the order differs between LTE and 5G
        (qcsq, '+QCSQ: "LTE",-52,-81,195,-10', Quality(-81, -10, -52, 19, "LTE")),
        (qcsq, '+QCSQ: "eMTC",-61,-90,100,-12', Quality(-90, -12, -61, 0, "eMTC")),
        (qcsq, '+QCSQ: "NR5G-SA",-85,17,-11', Quality(-85, -11, None, 17, "NR5G-SA")),
        (qcsq, '+QCSQ: "LTE",-52,-32768,0,-32768', Quality(None, None, -52, -20, "LTE")),
        (qcsq, '+QCSQ: "NOSERVICE"', Quality(system="NOSERVICE")),
    ],
)
def test_lines_are_read(read: Any, line: str, wanted: Quality | None) -> None:
    """In dBm and dB, None where the modem does not know."""
    assert read(line) == wanted


@pytest.mark.parametrize(
    ("scale", "first", "last"),
    [
        (RXLEV, -111, -48),  # TS 27.007, 8.69
        (RSRP, -141, -44),
        (RSRQ, -20, -3),
        (SS_RSRP, -157, -31),
        (SS_RSRQ, -43.5, 19.5),
        (SS_SINR, -23.5, 40),
    ],
)
def test_a_scale_has_two_ends(scale: Scale, first: float, last: float) -> None:
    """Its lowest and its highest level; beyond is "not known"."""
    assert level(0, scale) == first
    assert level(scale[0], scale) == last
    assert level(scale[0] + 1, scale) is None
    assert level(-1, scale) is None
    assert level(None, scale) is None


def test_what_says_nothing_is_known_to_do_so() -> None:
    """A quality without a value, whatever it calls its system."""
    assert not Quality(system="LTE").known
    assert Quality(rssi=-60).known
