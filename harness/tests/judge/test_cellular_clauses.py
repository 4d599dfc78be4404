"""What a bench did, or did not do, is not held against a terminal; what it did itself is."""

from typing import Any

import pytest

from harness.model.verdict import Outcome
from harness.tests.judge.story import Story, fails, passes, then, unsure

EXPECT: dict[str, Any] = {
    "after": {"engine": "fault_injected", "fault": "sim_expired"},
    "within": "60 s",
    "see": {"source": "terminal", "kind": "report", "cause": "sim_expired"},
}


def expecting(**more: Any) -> Story:
    """A run with one expectation."""
    return Story({"id": "T", "expect": [{**EXPECT, **more}]}).begin()


def late(*, clear: float = 200.0) -> Story:
    """A fault from 100 s to ``clear``; it recovers within 60 s."""
    tale = then(recovers={"to": "ready", "within": "60 s"})
    tale.at(100).inject()
    tale.terminal("state", state="connecting", pending=0, online=False)
    tale.at(clear).clear()
    return tale


def test_a_fault_without_effect_is_not_expected_to_be_named() -> None:
    """Neither at all nor in a time that was over before it bit."""
    tale = expecting()
    tale.at(100).inject("sim_expired", effect=False)
    tale.at(300).clear("sim_expired")
    assert unsure(tale.end().clause("expect"))

    tale = expecting()
    tale.at(100).inject("sim_expired", effect=False)
    row = tale.at(170).say("modem", "registration", stat=3)
    tale.engine("fault_took_effect", fault="sim_expired", label="sim_expired",
                evidence=tale.rows.index(row) + 1)  # fmt: skip
    tale.at(300).clear("sim_expired")
    assert unsure(tale.end().clause("expect"))


def test_a_fault_that_bit_is_expected_to_be_named() -> None:
    """The same with an effect in time."""
    tale = expecting()
    tale.at(100).inject("sim_expired")
    tale.at(300).clear("sim_expired")

    assert fails(tale.end().clause("expect"))


def test_what_only_an_absent_device_could_say_is_not_missed() -> None:
    """No modem was ever heard."""
    tale = expecting(see={"modem": "answering"})
    tale.at(100).inject("sim_expired")
    tale.at(300).clear("sim_expired")

    assert unsure(tale.end().clause("expect"))


@pytest.mark.parametrize(("last", "judged"), [(250.0, unsure), (210.0, fails)])
def test_a_fault_that_still_bit_leaves_no_time_to_recover(last: float, judged: Any) -> None:
    """To the end of the budget; one that ended soon after its clearing left time enough."""
    tale = late()
    tale.at(last).say("network", "dropped", why="plan", size=50)
    tale.engine("fault_lingers", fault="data_exhausted", label="data_exhausted",
                evidence=len(tale.rows))  # fmt: skip
    tale.at(400)

    assert judged(tale.end(rest=False).clause("recovers"))


def test_that_it_lingers_needs_the_line_that_shows_it() -> None:
    """A word of the engine's alone is none."""
    tale = late()
    tale.at(250).engine("fault_lingers", fault="data_exhausted", evidence=9999)
    tale.at(400)

    assert fails(tale.end(rest=False).clause("recovers"))


@pytest.mark.parametrize(
    ("states", "judged"), [(["exhausted"], unsure), (["exhausted", "open"], fails), ([], fails)]
)
def test_a_carrier_that_never_lets_it_in_again(states: list[str], judged: Any) -> None:
    """By its own word: the plan is at its end still. A terminal that stays out by itself fails."""
    tale = then(recovers={"to": "ready", "within": "60 s"})
    tale.at(100).inject()
    tale.terminal("state", state="connecting", pending=0, online=False)
    for n, state in enumerate(states):
        tale.at(110 + n).say("network", "plan", left=0, state=state, mode="deactivate")
    tale.at(200).clear()
    tale.at(400)

    assert judged(tale.end(rest=False).clause("recovers"))


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (None, Outcome.ERROR),
        (("terminal", "remedy", {"what": "modem"}), Outcome.FAIL),
        (("terminal", "boot", {"version": "2.0.0", "reason": "watchdog"}), Outcome.FAIL),
    ],
    ids=["nothing", "remedy", "boot"],
)
def test_a_modem_that_fell_silent(reason: Any, outcome: Outcome) -> None:
    """By itself it excuses what came after it; made silent by the terminal it excuses nothing."""
    tale = then(detects={"cause": "data_exhausted", "within": "60 s"})
    tale.at(100).inject()
    if reason is not None:
        tale.at(119).say(reason[0], reason[1], **reason[2])
    tale.at(120).say("modem", "silent")
    tale.at(200).clear()

    assert tale.end().verdict().outcome is outcome


def test_a_modem_that_fell_silent_too_late_excuses_nobody() -> None:
    """The terminal had failed before."""
    tale = then(detects={"cause": "data_exhausted", "within": "60 s"})
    tale.at(100).inject()
    tale.at(190).say("modem", "silent")
    tale.at(300).clear()

    assert tale.end().verdict().outcome is Outcome.FAIL


def test_a_silent_modem_spoils_no_pass() -> None:
    """What was shown was shown."""
    tale = then(detects={"cause": "data_exhausted", "within": "60 s"})
    tale.at(100).inject()
    tale.at(120).terminal("detected", cause="data_exhausted", text="")
    tale.at(130).say("modem", "silent")
    tale.at(200).clear()

    tale.end()
    assert passes(tale.clause("detects"))
    assert tale.verdict().outcome is Outcome.PASS
