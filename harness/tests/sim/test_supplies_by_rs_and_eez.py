"""The simulated R&S supplies and the BB3: no words of a stranger break them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.files import fixture, read_plain
from harness.sim.supplies.make import make_supply
from harness.tests.supplies import SupplyBench, on_supply

MODELS = ("hmp4040", "nge103b", "ngm202", "ngp804", "eez_bb3")
HEADS = [
    "VOLT", "CURR", "VOLT:PROT", "VOLT:PROT:LEV", "VOLT:LIM", "VOLT:ALIM", "ALIM", "VOLT:STEP",
    "VOLT:RAMP", "VOLT:RAMP:DUR", "VOLT:TRIG", "VOLT:MODE", "CURR:MODE", "POW:PROT", "POW:PROT:LEV",
    "OUTP", "OUTP:SEL", "OUTP:GEN", "OUTP:TRIG", "OUTP:DEL", "OUTP:DEL:DUR", "OUTP:DPR",
    "OUTP:PROT:CLE", "OUTP:PROT:MEAS", "FUSE", "FUSE:DEL", "FUSE:LINK", "FUSE:UNL", "FUSE:TRIP",
    "ARB", "ARB:DATA", "ARB:REP", "ARB:TRAN", "ARB:STAR", "ARB:STOP", "ARB:CLE", "ARB:BEH:END",
    "LIST:VOLT", "LIST:CURR", "LIST:DWEL", "LIST:COUN", "TRIG", "TRIG:SOUR", "TRIG:DEL",
    "TRIG:EXIT:COND", "INIT", "ABOR", "*TRG", "*RST", "*OPC?", "*WAI", "INST", "INST:NSEL", "APPL",
    "MEAS", "MEAS:CURR", "MEAS:POW", "SOUR2:VOLT", "SOUR9:LIST:VOLT", "STAT:QUES:INST:ISUM2",
]  # fmt: skip
TAILS = [
    "", "?", "? MAX", " 1", " 0", " 5", " 2.5,(@1)", " 3,CH2", "? CH2", "? ALL", "? (@1:2)",
    "? (@7)", " MIN", " MAX", " DEF", " UP", " DOWN", " ON", " OFF", " LIST", " STEP", " FIX",
    " LAST", " BUS", " IMM", " INF", " HOLD", " OUT2", " CH2,5,1", " 5,1", ' "5,1"', " 0,0,0,0",
    " 1,1,0.01", " 1,1,0.01,1,2,1,0.02,0", " -1", " 1e400", " #H7", " 'x'", " (@", " CH2",
]  # fmt: skip
MESSAGES = st.one_of(
    st.binary(max_size=40),
    st.lists(
        st.tuples(st.sampled_from(HEADS), st.sampled_from(TAILS)).map("".join), max_size=6
    ).map(lambda units: ";:".join(units).replace(":*", "*").encode("latin-1")),
)


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=st.lists(MESSAGES, max_size=14))
def test_no_input_breaks_it_or_hangs_it(model: str, messages: list[bytes]) -> None:
    """After anything at all it still says who it is."""

    def story(bench: SupplyBench) -> None:
        for message in messages:
            bench.port.write(message + b"\n")
            bench.clock.sleep(0.05)
        bench.port.write(b"\n")
        bench.clock.sleep(5)
        while bench.port.readable:
            bench.port.read()
        bench.port.write(b"*CLS;ABOR\n*CLS\n*IDN?\n")  # not all know ABOR
        who = str(read_plain(fixture("supply", model, "personality.yaml"))["identity"])
        heard, until = b"", bench.clock.now() + 30
        while who.encode() not in heard:
            chunk = bench.port.read(until)
            assert chunk is not None, heard
            heard += chunk.data
        assert bench.rail.volts() >= 0

    on_supply(model, story)


@pytest.mark.parametrize("model", [model for model in MODELS if model != "eez_bb3"])
def test_what_its_personality_says_is_what_it_has(model: str) -> None:
    """Names and ratings of all channels; all off after power-on."""
    own: dict[str, Any] = read_plain(fixture("supply", model, "personality.yaml"))

    def story(bench: SupplyBench) -> None:
        for n, rated in own["channels"].items():
            top = float(bench.ask(f"INST {rated['names'][-1]};:VOLT? MAX"))
            assert top == pytest.approx(rated["volts"] * own["headroom"], abs=0.01)
            assert bench.ask("INST:NSEL?;:OUTP?") == f"{n};0"

    on_supply(model, story)


def test_models_are_found_by_their_folder() -> None:
    """An unknown one is refused by name."""
    with pytest.raises(LookupError, match="hmp9999"):
        make_supply(None, "hmp9999", rng=None)  # type: ignore[arg-type]  # not reached
