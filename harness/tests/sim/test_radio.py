"""The air: levels, noise, and when a cell is lost."""

import pytest

from harness.clock import CooperativeClock
from harness.sim.radio import Radio


def test_what_a_modem_measures_follows_from_level_and_noise() -> None:
    """A good cell looks as in the field; near the noise RSRQ and SINR fall."""
    radio = Radio(CooperativeClock(), rsrp=-85)
    good = (radio.rsrq, radio.sinr, radio.loss)

    radio.attenuate(38)

    assert radio.rsrp == -123
    assert good[0] == pytest.approx(-7.8, abs=0.5)
    assert good[1:] == (30, 0)
    assert radio.rsrq < good[0] - 3
    assert radio.sinr < 5
    assert 0 < radio.loss < 0.3


def test_a_cell_is_lost_only_after_a_while_and_found_with_hysteresis() -> None:
    """A dip shorter than T310 costs no cell, a longer one does; back needs 3 dB more."""
    clock = CooperativeClock()
    seen: list[tuple[float, bool]] = []

    def main() -> None:
        radio = Radio(clock, rsrp=-85)
        radio.changed.append(lambda: seen.append((clock.now(), radio.cell)))
        radio.attenuate(60)
        assert radio.loss == 1.0
        clock.sleep(1.0)
        radio.attenuate(0)
        clock.sleep(5.0)
        radio.attenuate(60)
        clock.sleep(5.0)
        radio.attenuate(40)  # -125 dBm: above what loses it, below what finds it
        radio.attenuate(30)

    clock.run(main)

    assert seen == [
        (0.0, True),
        (1.0, True),
        (6.0, True),
        (7.2, False),
        (11.0, False),
        (11.0, True),
    ]


def test_a_weaker_cell_is_another_base() -> None:
    """The base moves what the attenuator leaves."""
    radio = Radio(CooperativeClock(), rsrp=-85)
    radio.attenuate(10)
    radio.set_base(-100)

    assert radio.rsrp == -110
