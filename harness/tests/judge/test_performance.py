"""The performance class of IEC 61000-4-29: each has a trace that gives it, half of one none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judge.case import Case, judge_trace
from harness.model.trace import Trace
from harness.model.verdict import Outcome, Performance
from harness.model.words import WordError
from harness.tests.judge.story import Story, fails, passes, unsure

WORD = "power_preset"


def story(at_least: str = "b", **more: Any) -> Story:
    """A dip in the script, a class demanded."""
    spec = {"when": [{"inject": {WORD: "dip_40"}}], "then": {"performance": at_least}}
    return Story(spec, **more).begin()


def dip(it: Story, *, effect: bool = True) -> Story:
    """The supply dips: asked, seen."""
    it.engine("fault_injected", fault=WORD, label=WORD)
    it.engine("power_asked", fault=WORD, label=WORD, points=[[0, 5], [0, 2], [0.1, 2], [0.1, 5]])
    if effect:
        it.engine("fault_took_effect", fault=WORD, label=WORD, evidence=len(it.rows))
    return it


def whole(it: Story) -> Story:
    """The supply is whole again."""
    it.engine("power_achieved", fault=WORD, label=WORD, round=1, late=0.001, tolerance=0.01)
    it.clear(WORD)
    return it


def class_of(it: Story) -> Performance | None:
    """The class in the verdict."""
    return it.verdict().performance


def letter(it: Story) -> str | None:
    """Its class, None without one."""
    found = class_of(it)
    return found.letter if found is not None else None


def unmoved() -> Story:
    """It kept working, and said that the supply was low."""
    it = dip(story("a"))
    it.terminal("detected", cause="supply_low")
    it.terminal("report", on="display", cause="supply_low")
    it.sale("first", 1)
    return whole(it).end()


def restarted() -> Story:
    """It restarted and was back."""
    return whole(dip(story())).boot().sale("proof", 1).end()


def sale_lost() -> Story:
    """A sale was not done, nothing else happened."""
    it = dip(story())
    it.unanswered("first", 1)
    it.reverse(1)
    return whole(it).end()


def stuck() -> Story:
    """It came up and stayed out of service."""
    it = whole(dip(story("c")))
    it.terminal("boot", version="2.0.0", slot="A", reason="power")
    it.terminal("state", state="out_of_service", pending=0)
    return it.end(rest=False)


def dead() -> Story:
    """Nothing was heard of it any more."""
    return whole(dip(story("c"))).end(rest=False)


def torn() -> Story:
    """It is back, but a sale is missing from its journal."""
    it = story()
    it.sale("first", 1)
    whole(dip(it)).boot()
    it.journal.clear()
    return it.end()


CLASSES = {
    "a": unmoved, "b": restarted, "b, a sale": sale_lost, "c": stuck, "d": dead, "d, torn": torn,
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_has_a_trace_that_gives_it(name: str) -> None:
    """And says why, with the lines it rests on."""
    found = class_of(CLASSES[name]())

    assert found is not None
    assert found.letter == name[0]
    assert found.reason
    assert found.evidence


@pytest.mark.parametrize("name", CLASSES)
def test_a_truncated_trace_gives_no_class(name: str) -> None:
    """Wherever it breaks off."""
    trace = CLASSES[name]().trace()

    for cut in range(len(trace)):
        assert judge_trace(Trace(trace[:cut])).performance is None


@pytest.mark.parametrize("name", CLASSES)
def test_the_class_is_known_at_the_end_only(name: str) -> None:
    """Online as offline: the same objects, the same answer, none before the end."""
    it = CLASSES[name]()
    case, trace = Case.of(it.spec), it.trace()
    for seen in trace[:-1]:
        case.on(seen)
        assert case.verdict().performance is None
    case.on(trace[-1])

    assert case.verdict().performance == judge_trace(trace).performance


def test_a_class_decides_nothing_by_itself() -> None:
    """Without the clause a restart is nobody's fault, and is told all the same."""
    it = whole(dip(Story({"always": ["journal_intact"]}).begin())).boot().end()

    assert it.verdict().outcome is Outcome.PASS
    assert letter(it) == "b"


def test_the_clause_wants_this_class_or_a_better_one() -> None:
    """Class b is enough for b and for c, not for a."""
    assert passes(restarted().clause("performance"))
    for at_least, holds in (("a", False), ("b", True), ("c", True)):
        it = whole(dip(story(at_least))).boot().sale("proof", 1).end()
        clause = it.clause("performance")
        assert passes(clause) if holds else fails(clause)
        assert "class b: it restarted" in clause.reason
    assert passes(stuck().clause("performance"))
    assert fails(dead().clause("performance"))
    assert fails(torn().clause("performance"))


@pytest.mark.parametrize(
    ("it", "why"),
    [
        (whole(dip(story(), effect=False)).boot().end(), "was not seen to take effect"),
        (story().end(), "no power disturbance was injected"),
        (whole(dip(story(observes=[]))).end(), "no channel of the terminal"),
    ],
)
def test_without_evidence_there_is_no_class(it: Story, why: str) -> None:
    """No effect, no disturbance, nobody who listens."""
    if "no channel" in why:
        it.drop(lambda row: row.source == "terminal")
    clause = it.clause("performance")

    assert class_of(it) is None
    assert unsure(clause)
    assert why in clause.reason


def test_what_the_host_timed_too_late_is_no_effect() -> None:
    """Then nothing was asked that the standard knows: INCONCLUSIVE, and no class."""
    it = dip(story())
    it.engine("power_achieved", fault=WORD, label=WORD, round=1, late=0.2, tolerance=0.01)
    it.clear(WORD)
    it.boot().end()

    assert class_of(it) is None
    staged = it.clause("staged")
    assert unsure(staged)
    assert "a point of power_preset was 0.2 s late, 0.01 s would still do" in staged.reason


def test_an_update_that_restarts_the_terminal_is_no_loss() -> None:
    """A boot that was wanted, under a dip that was ridden through."""
    it = dip(story("a"))
    it.terminal("boot", version="2.1.0", slot="B", reason="update")
    it.terminal("state", state="booting", pending=0)
    it.terminal("state", state="ready", pending=0, online=True)

    assert letter(whole(it).end()) == "a"


def test_a_declined_sale_is_ordinary_business() -> None:
    """The issuer's no is no degradation."""
    it = dip(story("a"))
    it.declined("first", 1)

    assert letter(whole(it).end()) == "a"


def test_there_is_no_class_to_demand_below_c() -> None:
    """Demanding d would demand nothing."""
    with pytest.raises(WordError, match="wanted one of: a, b, c"):
        Case.of({"then": {"performance": "d"}})


EVENTS = st.lists(
    st.sampled_from(["boot", "away", "ready", "report", "sale", "failed"]), max_size=8
)  # fmt: skip


def _told(events: list[str]) -> Story:
    it = dip(story())
    for place, event in enumerate(events):
        if event == "boot":
            it.terminal("boot", version="2.0.0", slot="A", reason="power")
        elif event in ("away", "ready"):
            it.terminal("state", state="connecting" if event == "away" else "ready", pending=0)
        elif event == "report":
            it.terminal("report", on="display", cause="supply_low")
        elif event == "sale":
            it.sale(f"s{place}", place + 1)
        else:
            it.unanswered(f"s{place}", place + 1).reverse(place + 1)
    return whole(it).end()


@given(EVENTS, st.integers(0, 8))
def test_a_restart_more_never_makes_it_better(events: list[str], place: int) -> None:
    """Whatever happens besides."""
    without, with_ = (
        letter(_told(events)),
        letter(_told([*events[:place], "boot", *events[place:]])),
    )

    assert without is not None
    assert with_ is not None
    assert without in "ab"
    assert with_ == "b"
