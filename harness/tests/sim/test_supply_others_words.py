"""What other people's drivers say to these instruments is understood as the real ones do."""

import pytest

from harness.tests.supplies import SupplyBench, on_supply


@pytest.mark.parametrize(
    ("model", "messages", "answer"),
    [
        ("dp832", ["*OPT?"], "0,0,0,0"),  # QCoDeS, at the beginning
        (
            "dp832",
            ["stat:ques:inst:isum1:cond?"],
            "0",
        ),  # python-ivi, for constant voltage and trips
        ("2281s-20-6", [":SYST:LFR?"], "50"),  # pymeasure, at the beginning
        ("2281s-20-6", [":DISP:USER:TEXT 'hello'", ":SYST:ERR?"], '0,"No error"'),
        ("2230-30-1", ["DISP?"], "1"),
        ("2230-30-1", [":DISP 0", "DISP?"], "0"),
        ("2230-30-1", [":DISP:TEXT:DATA 'say \"hi\"'", ":DISP:TEXT:DATA?"], '"say ""hi"""'),
        ("e36313a", ["DISP:TEXT 'hello';TEXT:CLE", "DISP:TEXT?"], '""'),
        ("hmp4040", ["ARB:SAVE 3", "SYST:ERR?"], '0,"No error"'),
        ("hmp4040", ["ARB:REST 4", "SYST:ERR?"], '-222,"Data out of range"'),
        ("spd3303x", ["MODE:SET 4W", "SYST:ERR?"], "-113,Undefined header,MODE:SET 4W"),
    ],
)
def test_words_of_other_drivers(model: str, messages: list[str], answer: str) -> None:
    """None of them is left without the answer that it waits for."""

    def story(on: SupplyBench) -> None:
        assert on.ask(*messages).lstrip("+") == answer

    on_supply(model, story)


def test_an_arb_is_kept_in_a_memory_and_comes_back() -> None:
    """Cleared and restored it plays as it was written."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.ask("ARB:DATA 3,1,1,4,1,1", "ARB:REP 1", "ARB:SAVE 2", "ARB:CLE 1")
        on.ask("ARB:REST 2", "ARB:TRAN 1", "ARB:STAR 1")
        on.clock.sleep(0.5)
        assert on.rail.volts() == pytest.approx(3, abs=0.05)

    on_supply("hmp4040", story)


def test_four_wires_are_no_second_output() -> None:
    """An SPD1000X tells its sensing by the bit that is CH2's output in an SPD3303X."""

    def story(on: SupplyBench) -> None:
        assert on.ask("MODE:SET 4W", "SYST:STAT?") == "0x20"
        assert not on.driver.output()
        on.energise(5)
        assert on.ask("SYST:STAT?") == "0x30"
        assert on.driver.output()
        on.driver.make_safe()
        assert on.ask("MODE:SET 2W", "SYST:STAT?") == "0x0"
        assert on.ask("MODE:SET 3W", "SYST:ERR?").startswith("-224")

    on_supply("spd1168x", story)


def test_a_single_siglent_takes_commands_in_one_breath() -> None:
    """It works one off after the other."""

    def story(on: SupplyBench) -> None:
        assert on.ask("CH1:VOLT 5\nCH1:CURR 1\nCH1:VOLT?") == "5.000"
        assert on.ask("CH1:CURR?") == "1.000"

    on_supply("spd1168x", story)


def test_a_dp800_tells_how_it_works_by_its_status() -> None:
    """Bit 0 in constant current, 1 in constant voltage, 2 for OVP (DP800 guide, table 1-3)."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.clock.sleep(0.5)
        assert on.ask("stat:ques:inst:isum1:cond?") == "2"
        assert on.ask("stat:ques:inst:isum2:cond?") == "0"
        on.ask("STAT:QUES:INST:ISUM1?", "SOUR1:VOLT:PROT 3", "SOUR1:VOLT:PROT:STAT ON")
        on.clock.sleep(0.5)
        assert int(on.ask("STAT:QUES:INST:ISUM1?")) & 4
        assert on.ask("STAT:QUES:INST:ISUM1?") == "0"
        assert on.ask("STAT:QUES:INST:ISUM9:COND?", "SYST:ERR?").startswith("-114")

    on_supply("dp832", story)
