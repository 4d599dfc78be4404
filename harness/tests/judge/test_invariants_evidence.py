"""Invariants over what a terminal says and sends: silence counts only where somebody listened."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.tests.judge.story import Story, always, fails, passes, then, unsure

#: Invariant -> channels of which it needs one.
NEEDS = {
    "ready_owes_nothing": ("console",),
    "reports_end": ("display", "ecr"),
    "retries_bounded": ("host",),
    "signs_on_again": ("host",),
    "told_once": ("ecr",),
    "no_unasked_restart": ("console",),
}


def deaf_to(*channels: str, word: str) -> Story:
    """A story on a rig that observes everything but these channels; nothing is said in it."""
    rest = [name for name in ("display", "ecr", "console", "host", "journal")
            if name not in channels]  # fmt: skip
    story = Story({"always": [word]}, observes=rest)
    story.engine("run_started", spec=dict(story.spec), observes=rest, seed=1)
    story.engine("given_ready")
    return story


@pytest.mark.parametrize("word", NEEDS)
def test_silence_on_a_channel_nobody_hears_shows_nothing(word: str) -> None:
    """Without its channels an invariant is open, and says which ones it missed."""
    story = deaf_to(*NEEDS[word], word=word)
    story.engine("at_rest", confirmed="display")
    story.engine("run_ended", reason="rest")
    clause = story.clause()

    assert unsure(clause)
    assert all(name in clause.reason for name in NEEDS[word])


@pytest.mark.parametrize("word", NEEDS)
def test_silence_on_a_channel_that_is_heard_holds(word: str) -> None:
    """The same run with the channels observed: nothing spoke against it."""
    assert passes(deaf_to(word=word).end().clause())


@pytest.mark.parametrize("word", NEEDS)
def test_a_run_that_was_cut_off_shows_nothing(word: str) -> None:
    """What would have come later is not known."""
    story = always(word)
    story.engine("run_ended", reason="interrupted")

    assert unsure(story.clause())


def test_either_of_two_channels_is_enough_for_reports() -> None:
    """A register alone can show that a report was taken back."""
    assert passes(deaf_to("display", word="reports_end").end().clause())


def test_a_lie_heard_counts_whatever_else_is_deaf() -> None:
    """Ready while owing fails although the journal and the register are not observed."""
    story = Story({"always": ["ready_owes_nothing"]}, observes=("console", "host")).begin()
    story.unanswered("first", 1)
    story.terminal("state", state="ready", pending=0)

    assert fails(story.end().clause())


def test_busy_with_nothing_pending_is_no_lie() -> None:
    """Only a terminal that calls itself ready promises anything."""
    story = always("ready_owes_nothing").unanswered("first", 1)
    story.terminal("state", state="recovering", pending=0)

    assert passes(story.end().clause())


def test_a_withheld_acknowledgement_excuses_one_repetition() -> None:
    """The register lost the first result on purpose; a third one would be a second sale."""
    once, again = always("told_once"), always("told_once")
    for story in (once, again):
        story.start("first")
        story.terminal("ecr_result", code="00", stan=1)
        story.terminal("acknowledgement_withheld", code="00")
        story.terminal("ecr_result", code="00", stan=1)
    again.terminal("ecr_result", code="00", stan=1)

    assert passes(once.end().clause())
    assert fails(again.end().clause())


def test_a_refusal_told_twice_is_no_second_sale() -> None:
    """Only approvals are booked."""
    story = always("told_once")
    story.start("first")
    for _ in range(2):
        story.terminal("ecr_result", code="6C", stan=1)

    assert passes(story.end().clause())


def test_limits_of_retries_are_the_scenarios() -> None:
    """What is a storm under one budget is none under another; reversals are counted by sale."""
    word = {"retries_bounded": {"connections": 1, "per": "10 s"}}
    strict = Story({"always": [word]}).begin()
    usual = always("retries_bounded")
    for story in (strict, usual):
        for stan in range(1, 4):
            story.host("connected")
            story.host("request_received", mti="0400", stan=stan)

    assert fails(strict.end().clause())
    assert passes(usual.end().clause())


@settings(max_examples=40)
@given(
    st.sampled_from([("0800", 5), ("0820", 8)]),
    st.lists(st.floats(0.1, 8.0).map(lambda gap: round(gap, 1)), max_size=24),
)
def test_sign_ons_and_echoes_are_counted_whether_anything_is_wrong_or_not(
    what: tuple[str, int], gaps: list[float]
) -> None:
    """A storm is more than so many in any ten seconds; nothing else is."""
    mti, most = what
    story = always("retries_bounded").after(1.0)
    times: list[float] = []
    for stan, gap in enumerate(gaps, 1):
        times.append(story.host("request_received", mti=mti, stan=stan).t)
        story.at(round(times[-1] + gap, 6))

    storm = any(sum(0 <= t - one <= 10.0 + 1e-6 for t in times) > most for one in times)
    assert fails(story.end().clause()) is storm


def test_refused_connections_count_as_connections() -> None:
    """A host that hangs up at once is stormed just the same."""
    story = always("retries_bounded")
    for _ in range(9):
        story.host("misbehaved", act="refuse", mti="", stan=0)

    assert fails(story.end().clause())


@pytest.mark.parametrize(("every", "held"), [(4.0, False), (10.0, True)])
def test_a_network_that_refuses_is_not_stormed(every: float, held: bool) -> None:
    """A modem that is made to ask again at once is refused as often; its own pause is 10 s."""
    story = always("retries_bounded")
    for _ in range(12):
        story.say("modem", "registration", stat=2)
        story.say("modem", "registration", stat=3, cause=8)
        story.after(every)

    clause = story.end().clause()
    assert passes(clause) is held
    assert fails(clause) is not held


def test_a_reversal_needs_the_new_keys_too() -> None:
    """After A0 a 0400 under the old keys fails; an echo test moves no money."""
    reversal, echo = always("signs_on_again"), always("signs_on_again")
    for story in (reversal, echo):
        story.answer(1, "A0")
    reversal.host("request_received", mti="0400", stan=1)
    echo.host("request_received", mti="0820", stan=2)

    assert fails(reversal.end().clause())
    assert passes(echo.end().clause())


def test_each_start_needs_a_touch_of_its_own() -> None:
    """One cut explains one start, not two; a start whose reason nobody reads explains nothing."""
    story = always("no_unasked_restart")
    story.say("supply", "output", on=False)
    story.boot()
    assert passes(always("no_unasked_restart").end().clause())

    story.boot()
    assert fails(story.end().clause())
    untold = always("no_unasked_restart")
    untold.terminal("boot", version="2.0.0", slot="A")
    assert passes(untold.end().clause())


def test_a_supply_nobody_observes_excuses_a_start_by_power() -> None:
    """Where the supply is not on the rig, only the watchdog's starts can be judged."""
    by_power, by_watchdog = always("no_unasked_restart"), always("no_unasked_restart")
    by_power.boot(reason="power")
    by_watchdog.boot(reason="watchdog")

    assert passes(by_power.end().clause())
    assert fails(by_watchdog.end().clause())


def test_an_end_before_its_fault_came_says_which_fault() -> None:
    """Nothing is shown, and the reason names the fault that was never injected."""
    story = then(survives={"sale": "first", "outcome": "failed"})
    story.start("first")
    story.ended("first", "approved")
    clause = story.end().clause("survives")

    assert unsure(clause)
    assert "data_exhausted" in clause.reason


def test_a_right_end_before_its_fault_holds() -> None:
    """Ended as it had to: the missing fault is for `staged` to tell, not for this clause."""
    story = then(survives={"sale": "first", "outcome": "approved"})
    story.start("first")
    story.ended("first", "approved")

    assert passes(story.end().clause("survives"))


def test_an_unknown_end_that_was_resolved_after_the_fault_counts() -> None:
    """The resync comes after the fault, so its word is final."""
    story = then(survives={"sale": "first", "outcome": "failed"})
    story.start("first")
    story.ended("first", "unknown")
    story.inject()
    story.clear()
    story.engine("sale_resolved", sale="first", outcome="approved", by="resync")

    assert fails(story.end().clause("survives"))
