"""No input breaks a simulated modem, whichever it is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.sim.modems.models import models
from harness.tests.sim.modems.stage import Stage, on_stage


def _names(model: str) -> list[str]:
    clock = CooperativeClock()
    return sorted(clock.run(lambda: list(Stage(clock, model).modem.dialect.commands)))


ENDS = ("", "?", "=?", "=", "=0", "=1", "=2,1", '="x"', "=,", "=1,1,1", "=99999999999", "=-1")


@pytest.mark.parametrize("model", models())
def test_every_command_in_every_form_gets_one_final_result(model: str) -> None:
    """Known values and wild ones, at any time: an answer, or a restart; never two results."""
    odd = random.Random(model)
    lines = [f"AT{name}{end}" for name in _names(model) for end in odd.sample(ENDS, 4)]
    # What restarts, scans or prompts takes its own time, and the settings of results are kept.
    skip = ("ATQ", "ATV", "AT+COPS", "AT+CMGS", "AT+CMGW", "AT+CFUN", "AT+CGATT", "ATZ", "AT&F")
    restarts = ("AT+CRESET", "AT#REBOOT", "AT!RESET")
    offs = ("AT+QPOWD", "AT+CPOF", "AT+CPWROFF", "AT#SHDN", "AT!POWERDOWN")
    lines = [line for line in lines if not line.startswith((*skip, *restarts, *offs))]

    def story(stage: Stage) -> list[tuple[str, list[str]]]:
        stage.ready()
        return [(line, stage.say(line, 3)) for line in lines]

    for line, said in on_stage(story, model):
        finals = [one for one in said if one in ("OK", "ERROR") or " ERROR: " in one]
        assert len(finals) == 1, (line, said)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(models()),
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    *(b"AT", b"+CFUN=4\r", b"+CFUN=1,1\r", b"+CFUN=16\r", b"+QDSIM=1\r", b"+CPIN="),
                    *(b"#SHDN\r", b"!RESET\r", b"+CMGW\r", b"\x1a", b"\x1b", b"+CMGS=1\r", b"\r"),
                    *(b"+COPS=2\r", b"+CGACT=1,1\r", b"+QPOWD\r", b"+GTRNDIS=1,1\r", b";", b"?"),
                ]
            ),
        ),
        max_size=12,
    ),
)
def test_after_noise_and_a_power_cycle_it_answers(model: str, noise: list[bytes]) -> None:
    """Whatever was sent, with power it boots, and answers at the same UART."""

    def story(stage: Stage) -> list[str]:
        stage.hear(20)
        for piece in noise:
            stage.port.write(piece)
            stage.hear(1)
        stage.modem.stored.clear()  # noise may have kept a strange profile
        stage.modem.power(on=False)
        stage.modem.power(on=True)
        stage.hear(25)
        stage.say("AT")
        return stage.say("ATE0")

    assert on_stage(story, model)[-1] == "OK"
