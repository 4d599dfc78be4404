"""Simulated supplies of several makers hear nonsense in their own language, and go on."""

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.ports.memory import MemoryPort, pair
from harness.sim.supplies.make import make_supply

MODELS = ("dp832", "dp2031", "spd3303x", "spd1168x", "2230-30-1", "2281s-20-6")
TAILS = (
    "", " 1", " 5", " -1", " 1e9", " MIN", " MAX", " DEF", " ON", " OFF", " CH1", " CH2,ON",
    " CH9", " CH1,5", " CH1,1,2,3,4", " 1,2,3,4", " N,2", " I", " LAST", ' "1,2"', ' "CONC"',
    " 'x'", " #H7", " (@1)", ",", " ,", " BUS", " PAR", " SIMULATOR", " 2", " 0.5,1,1", " 1;",
    " READ,UNIT", " inf",
)  # fmt: skip


def heads_of(model: str) -> list[str]:
    """The short forms of what a model understands, with a suffix where there may be one."""
    supply = make_supply(CooperativeClock(), model, rng=random.Random(1))
    written = [re.sub(r"\[[^\]]*\]", "", header) for header in supply.COMMANDS]
    return [re.sub("[a-z]", "", header.replace("<n>", "1")).lstrip(":") for header in written]


HEADS = {model: heads_of(model) for model in MODELS}


def answered(clock: CooperativeClock, port: MemoryPort) -> bytes:
    """What it says within a second to *IDN?, when all else was heard."""
    while port.read(clock.now()):
        pass
    port.write(b"\n")
    clock.sleep(0.1)
    port.write(b"*IDN?\n")
    chunk = port.read(clock.now() + 1)
    return chunk.data if chunk else b""


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(picks=st.data())
def test_nothing_breaks_it(model: str, picks: st.DataObject) -> None:
    """After anything in its language it still says who it is."""
    units = st.tuples(st.sampled_from(HEADS[model]), st.sampled_from(TAILS)).map("".join)
    joined = st.lists(units, min_size=1, max_size=3).map(";:".join)
    messages = picks.draw(
        st.lists(joined.map(lambda text: text.replace(":*", "*").encode()), max_size=12)
    )
    clock = CooperativeClock()

    def story() -> None:
        supply = make_supply(clock, model, rng=random.Random(1), load=lambda _: 0.3)
        ours, theirs = pair(clock, model)
        supply.outlets["scpi"](theirs)
        for message in messages:
            ours.write(message + b"\n")
            clock.sleep(0.3)
        clock.sleep(60)
        assert model.split("-")[0].upper()[:5] in answered(clock, ours).decode("latin-1").upper()

    clock.run(story)
