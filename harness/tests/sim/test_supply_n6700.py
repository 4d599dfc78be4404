"""The simulated N6701C, over its bytes."""

import pytest

from harness.model.units import Seconds, Volts
from harness.tests.supplies import SupplyBench, on_supply


def test_the_instrument_itself_restores_the_output_at_the_lists_step() -> None:
    """A foreign client that clears the latch finds the list's present voltage on the output."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5, ovp=6)
        bench.driver.play([(Volts(7), Seconds(1)), (Volts(4), Seconds(100))])
        bench.clock.sleep(2)
        bench.port.write(b"OUTP:PROT:CLE (@1)\n")
        bench.clock.sleep(1)
        assert bench.rail.volts() == pytest.approx(4)

    on_supply("n6701c", story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT 5", -109),
        ("OUTP ON", -109),
        ("INST:NSEL 1", -113),
        ("VOLT 5,(@5)", -222),
        ("VOLT 60,(@1)", -222),
        ("VOLT:PROT:STAT ON,(@1)", -113),
        ("LIST:VOLT " + ",".join("1" * 513) + ",(@1)", 306),
        ("LIST:VOLT 1,2,(@1);DWEL 1,1,1,(@1);:VOLT:MODE LIST,(@1);:INIT:TRAN (@1)", 307),
        ("INIT:TRAN (@1)", 309),
        ("LIST:DWEL 263,(@1)", -222),
        ("OUTP:PROT:WDOG:DEL 0.2", -222),
        ("VOLT:SLEW 0,(@1)", -222),
    ],
)
def test_what_the_instrument_refuses(message: str, code: int) -> None:
    """Each refusal has its number; commands without a channel list are incomplete."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(message.encode() + b"\n")
        assert bench.driver._scpi.errors()[0][0] == code

    on_supply("n6701c", story)


def test_dwell_times_stand_on_the_instruments_grid() -> None:
    """A microsecond up to 0.262 s, a millisecond above 26 s."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(b"LIST:DWEL 0.0123456,1.234567,100.12345,(@1)\n")
        assert bench.ask("LIST:DWEL? (@1)") == "+1.234600E-02,+1.234570E+00,+1.001230E+02"

    on_supply("n6701c", story)


def test_status_is_kept_per_channel_and_summed_up_in_the_status_byte() -> None:
    """An enabled event of any channel sets QUES in *STB?; reading it clears it."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(b"STAT:QUES:ENAB 1,(@1)\n")
        bench.energise(5, ovp=6)
        bench.driver.set_voltage(Volts(9))
        bench.clock.sleep(0.5)
        assert int(bench.ask("*STB?")) & 8
        assert bench.ask("STAT:QUES? (@1,2)") == "+1,+0"
        assert not int(bench.ask("*STB?")) & 8
        assert bench.ask("STAT:OPER:COND? (@1,2)") == "+0,+4"
        assert bench.ask("SYST:CHAN?;CHAN:MOD? (@1)") == '4;"N6752A"'

    on_supply("n6701c", story)
