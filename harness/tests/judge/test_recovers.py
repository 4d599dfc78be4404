"""``recovers``: back in time, and proven."""

import pytest

from harness.tests.judge.story import Fits, Story, fails, passes, then, unsure


def story(**more: object) -> Story:
    """A fault from 10 s to 50 s that took the terminal out of service."""
    tale = then(recovers={"within": "30 s", **more})
    tale.at(10).inject()
    tale.terminal("state", state="out_of_service", online=False)
    tale.at(50).clear()
    tale.engine("healing")
    return tale


def ready(tale: Story, t: float, **more: object) -> Story:
    """It says that it is ready."""
    tale.at(t).terminal("state", state="ready", **{"online": True, **more})
    return tale


def test_the_first_ready_after_the_clearing_is_the_measure() -> None:
    """Ready 20 s after the clearing passes, once the run is over."""
    tale = ready(story(), 70)
    assert not tale.live("recovers").final

    clause = tale.end(heal=False).clause("recovers")
    assert passes(clause)
    assert clause.measured == pytest.approx(20)


def test_not_back_in_time_fails_with_its_last_state() -> None:
    """The reason says where it hangs."""
    tale = story()
    tale.at(81).terminal("line", text="dialling")

    clause = tale.live("recovers")
    assert fails(clause)
    assert clause.final
    assert "its last state is out_of_service" in clause.reason


def test_a_terminal_that_comes_and_goes_has_not_recovered() -> None:
    """A boot loop is no recovery: only the last coming back counts."""
    tale = ready(story(), 60)
    tale.at(65).terminal("boot", version="2.0.0", reason="watchdog")
    tale.at(95).terminal("state", state="booting")

    assert fails(tale.end(heal=False).clause("recovers"))


def test_ready_without_a_line_is_no_recovery() -> None:
    """``ready`` and offline cannot sell."""
    tale = ready(story(), 60, online=False)
    tale.at(90).terminal("line", text="-")

    assert fails(tale.clause("recovers"))


def test_a_state_from_before_the_fault_proves_nothing() -> None:
    """A terminal that died says nothing; its old word does not count."""
    tale = then(recovers={"within": "30 s"})
    tale.at(10).inject()
    tale.at(50).clear()
    tale.engine("healing")
    tale.at(90)

    assert fails(tale.end(heal=False).clause("recovers"))


@pytest.mark.parametrize("tried", [False, True])
def test_a_state_it_never_left_is_no_failure_where_nothing_is_asked_of_it(*, tried: bool) -> None:
    """Its log goes on, and the bench waits for something else until the budget is over."""
    tale = then(recovers={"within": "30 s", "proven_by": "sale"})
    tale.at(5).terminal("state", state="ready", online=True)
    tale.at(10).inject()
    tale.at(50).clear()
    tale.at(51).terminal("line", text="supply fine")
    if tried:
        tale.at(52).engine("sale_started", sale="proof", amount=100)
        tale.at(53).ended("proof", "failed")
    tale.at(200).engine("healing")
    tale.at(201).terminal("line", text="-")
    clause = tale.live("recovers")

    assert fails(clause) if tried else unsure(clause)


def test_a_state_it_never_left_stands_when_it_answers_again() -> None:
    """A terminal that held through the fault (criterion A) needs no new state line."""
    tale = then(recovers={"within": "30 s"})
    tale.at(10).inject()
    tale.at(50).clear()
    tale.at(53).terminal("terminal_status", code="00", text="ready")
    tale.engine("healing")

    clause = tale.end(heal=False).clause("recovers")
    assert passes(clause)
    assert clause.measured == pytest.approx(3)


def test_the_budget_begins_anew_with_another_fault() -> None:
    """The last clearing is the reference; what was recovered before another fault is not this."""
    tale = then(recovers={"within": "30 s"})
    tale.at(10).inject()
    tale.at(20).clear()
    ready(tale, 25)
    tale.at(100).inject("power_cut")
    tale.at(110).clear("power_cut")
    tale.engine("healing")
    ready(tale, 150)

    clause = tale.end(heal=False).clause("recovers")
    assert fails(clause)


def test_a_proving_sale_settles_it() -> None:
    """Ready and an approved sale: the later of both is the measure, and it is final."""
    tale = ready(story(proven_by="sale"), 60)
    tale.start("proof-1", 100, proof=True)
    tale.at(65).ended("proof-1", "approved")

    clause = tale.live("recovers")
    assert passes(clause)
    assert clause.final
    assert clause.measured == pytest.approx(15)


def test_a_sale_from_before_the_clearing_proves_nothing() -> None:
    """It must begin after the clearing."""
    tale = then(recovers={"within": "30 s", "proven_by": "sale"})
    tale.at(10).inject()
    tale.start("first")
    tale.at(50).clear()
    tale.engine("healing")
    ready(tale, 55)
    tale.ended("first", "approved")
    tale.at(90).terminal("line", text="-")

    clause = tale.clause("recovers")
    assert unsure(clause)
    assert "no proving sale was begun" in clause.reason


@pytest.mark.parametrize("ended", [True, False])
def test_a_proving_sale_that_is_not_approved_in_time_fails(ended: bool) -> None:
    """Refused or still open at the deadline, the reason says which."""
    tale = ready(story(proven_by="sale"), 60)
    tale.start("proof-1", 100, proof=True)
    if ended:
        tale.at(70).ended("proof-1", "failed", cause="host_unreachable")
    tale.at(90).terminal("line", text="-")

    clause = tale.clause("recovers")
    assert fails(clause)
    assert ("failed (host_unreachable)" if ended else "no end yet") in clause.reason


def test_a_second_try_may_prove_it() -> None:
    """A failed attempt within the budget is no verdict."""
    tale = ready(story(proven_by="sale"), 60)
    tale.start("proof-1", 100, proof=True)
    tale.at(62).ended("proof-1", "failed")
    tale.start("proof-2", 100, proof=True)
    tale.at(79).ended("proof-2", "approved")

    assert passes(tale.clause("recovers"))


def test_no_clearing_no_recovery() -> None:
    """A run without fault or healing leaves it open."""
    tale = then(recovers={"within": "30 s"})

    assert unsure(tale.end(heal=False).clause("recovers"))


def test_a_rig_without_a_console_cannot_see_the_state() -> None:
    """Not observed is not failed."""
    tale = Story({"then": {"recovers": {"within": "5 s"}}}, observes=("ecr", "host")).begin()
    tale.rows = [row for row in tale.rows if row.source != "terminal"]
    tale.at(10).inject()
    tale.at(20).clear()
    tale.engine("healing")
    tale.at(40)

    assert unsure(tale.end(heal=False).clause("recovers"))


def blind_but(kind: str, **fields: object) -> Story:
    """No console; at 30 s, 10 s after the clearing, this is seen of the terminal."""
    tale = Story({"then": {"recovers": {"within": "60 s"}}}, observes=("ecr", "host")).begin()
    tale.rows = [row for row in tale.rows if row.source != "terminal"]
    tale.at(10).inject()
    tale.at(20).clear()
    tale.engine("healing")
    tale.at(30).terminal(kind, **fields)
    return tale


def test_without_a_console_the_answer_to_the_register_is_its_word() -> None:
    """A status enquiry (05 01) that is answered 00 says ready; one that says busy does not."""
    assert passes(
        blind_but("terminal_status", code="00", text="ready").end(heal=False).clause("recovers")
    )
    assert unsure(
        blind_but("terminal_status", code="9C", text="busy").end(heal=False).clause("recovers")
    )


def test_a_console_that_fell_silent_is_not_held_against_a_terminal_that_sells() -> None:
    """The log's cable may be ours: a sale without any word of a state leaves the question open."""
    tale = story(proven_by="sale")
    tale.at(60).sale("proof", 9)
    tale.at(90).engine("sample")

    assert unsure(tale.live("recovers"))


def test_a_terminal_that_sells_and_says_it_is_out_of_service_fails() -> None:
    """Its own word after the clearing is evidence against it."""
    tale = story(proven_by="sale")
    tale.at(55).terminal("state", state="out_of_service", online=False)
    tale.at(60).sale("proof", 9)
    tale.at(90).engine("sample")

    assert fails(tale.live("recovers"))


@pytest.mark.parametrize(("last", "fits"), [("busy", passes), ("connecting", fails)])
def test_a_lost_line_is_made_up_for_by_a_sale_and_an_answer(last: str, fits: Fits) -> None:
    """It sold and answers that all is well: `busy` was not its last word, `connecting` may be."""
    tale = then(recovers={"within": "30 s", "proven_by": "sale"})
    tale.inject()
    tale.terminal("state", state="connecting", pending=0, online=False)
    tale.clear()
    tale.engine("healing")
    tale.start("proof-1", proof=True)
    tale.terminal("state", state=last, pending=0, online=True)
    tale.ended("proof-1", "approved")
    tale.terminal("terminal_status", code="00")
    tale.after(60.0).engine("run_ended", reason="rest")

    assert fits(tale.clause("recovers"))


@pytest.mark.parametrize(
    ("state", "pending", "online", "proof", "fits"),
    [
        ("recovering", 1, True, "sale", unsure),
        ("recovering", 1, True, None, unsure),
        ("recovering", 0, True, "sale", fails),
        ("recovering", 1, False, "sale", fails),
        ("connecting", 1, True, "sale", fails),
    ],
)
def test_who_clears_its_debts_before_the_next_sale_needs_one(
    state: str, pending: int, online: bool, proof: str | None, fits: Fits
) -> None:
    """A terminal may be configured so; without a sale nobody can say that it would not have."""
    tale = story(proven_by=proof)
    tale.at(60).terminal("state", state=state, pending=pending, online=online)
    tale.at(90).terminal("line", text="-")

    assert fits(tale.end(heal=False).clause("recovers"))


def test_a_debt_that_outlasts_a_sale_is_no_recovery() -> None:
    """It was asked to sell, and still hangs."""
    tale = story(proven_by="sale")
    tale.at(55).start("proof-1")
    tale.at(60).terminal("state", state="recovering", pending=1, online=True)
    tale.at(90).terminal("line", text="-")

    assert fails(tale.end(heal=False).clause("recovers"))


@pytest.mark.parametrize(("begun", "fits"), [(60, fails), (72, fails), (73, unsure)])
def test_a_first_sale_that_is_begun_at_the_end_of_the_budget_says_nothing(
    begun: float, fits: Fits
) -> None:
    """The bench was busy with something else until then: within a few seconds nobody sells."""
    tale = ready(story(proven_by="sale"), 55)
    tale.at(begun).start("proof-1", 100, proof=True)
    tale.at(85).terminal("line", text="-")

    assert fits(tale.end(heal=False).clause("recovers"))


@pytest.mark.parametrize(("tells", "fits"), [(None, fails), (["state"], unsure)])
def test_a_story_that_stopped_for_want_of_a_word_shows_no_recovery(
    tells: list[str] | None, fits: Fits
) -> None:
    """The step that would have mended it was never made."""
    steps = [{"inject": "data_exhausted"}, {"await": {"terminal": "detected"}}]
    plain = {"then": {"recovers": {"within": "30 s"}}, "when": steps}
    tale = Story(plain, tells=tells).begin()
    tale.at(10).inject()
    tale.engine("step_started", index=1, word="await")
    tale.at(50).clear()
    tale.engine("healing")
    tale.terminal("state", state="out_of_service", online=True)
    tale.at(90).terminal("line", text="-")

    assert fits(tale.end(heal=False).clause("recovers"))


def test_a_state_from_before_the_story_that_was_never_left_still_stands() -> None:
    """Not every log tells that a terminal is busy: it answers that all is well."""
    tale = Story({"then": {"recovers": {"to": "ready", "within": "60 s"}}}).begin()
    tale.at(10).inject()
    tale.at(50).clear()
    tale.at(52).engine("healing")
    tale.at(60).terminal("terminal_status", code="00")

    assert passes(tale.end(heal=False).clause("recovers"))
