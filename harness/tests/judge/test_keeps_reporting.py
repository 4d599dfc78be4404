"""``keeps_reporting``: a remedy that is none changes nothing."""

import pytest

from harness.tests.judge.story import Fits, Story, fails, passes, then, unsure


def story(**more: object) -> Story:
    """A fault, said at 20 s."""
    tale = then(keeps_reporting={"cause": "data_exhausted", **more})
    tale.at(10).inject()
    tale.at(20).terminal("report", on="display", cause="data_exhausted")
    return tale


def finish(tale: Story) -> Story:
    """The fault goes, and the terminal says so."""
    tale.at(100).clear()
    tale.terminal("cleared", cause="data_exhausted")
    return tale.end()


def test_standing_by_the_cause_passes() -> None:
    """Said, not taken back, and not replaced until the fault was cleared."""
    tale = story()
    tale.at(50).terminal("report", on="ecr", cause="reversal_pending")

    assert passes(finish(tale).clause("keeps"))


@pytest.mark.parametrize("how", ["cleared", "sale", "other", "silent"])
def test_giving_way_fails(how: str) -> None:
    """Calling it over, selling, another last word, or no word at all."""
    tale = story()
    tale.at(50)
    if how == "cleared":
        tale.terminal("cleared", cause="data_exhausted")
    elif how == "sale":
        tale.start("first")
        tale.ended("first", "approved")
    elif how == "other":
        tale.terminal("report", on="display", cause="battery_low")
    else:
        tale.drop(lambda row: row.kind == "report")

    assert fails(finish(tale).clause("keeps"))


@pytest.mark.parametrize(
    ("then_said", "fits"), [("sim_expired", passes), ("no_signal", fails), ("", fails)]
)
def test_one_true_cause_may_take_the_place_of_another(then_said: str, fits: Fits) -> None:
    """At once, that is; a wrong one, or none, is giving way."""
    tale = story(cause=["data_exhausted", "sim_expired"])
    tale.at(50).terminal("cleared", cause="data_exhausted")
    if then_said:
        tale.at(50.5).terminal("report", on="display", cause=then_said)

    assert fits(finish(tale).clause("keeps"))


@pytest.mark.parametrize(("index", "fits"), [(1, passes), (2, fails)])
def test_whoever_knows_first_that_the_fault_goes_does_not_give_way(index: int, fits: Fits) -> None:
    """Between the step that takes it away and the word that it has gone; another step is none."""
    when = [{"inject": {"data_exhausted": None}}, {"clear": "data_exhausted"}, {"hold": "1 s"}]
    plain = {"then": {"keeps_reporting": "data_exhausted"}, "when": when}
    tale = Story(plain).begin()
    tale.at(10).inject()
    tale.at(20).terminal("report", on="display", cause="data_exhausted")
    tale.at(98).engine("step_started", index=index, word="clear")
    tale.terminal("cleared", cause="data_exhausted")

    assert fits(finish(tale).clause("keeps"))


@pytest.mark.parametrize(("said", "again", "fits"), [
    (99.5, False, passes), (98.5, False, fails), (99.5, True, fails),
])  # fmt: skip
def test_a_fault_that_ends_by_itself_may_be_over_before_the_bench_has_read_it_back(
    said: float, again: bool, fits: Fits
) -> None:
    """A moment before, that is, and not to be said again meanwhile."""
    tale = story()
    tale.at(said).terminal("cleared", cause="data_exhausted")
    if again:
        tale.at(99.8).terminal("report", on="display", cause="data_exhausted")

    assert fits(finish(tale).clause("keeps"))


def test_a_register_alone_that_was_never_told_shows_nothing() -> None:
    """It hears what it asks for; whether it had to be told is for ``detects``."""
    tale = Story({"then": {"keeps_reporting": "data_exhausted"}}, observes=("ecr", "host")).begin()
    tale.at(10).inject()

    assert unsure(finish(tale).clause("keeps"))


def test_a_fault_without_effect_shows_nothing_of_who_takes_its_cause_back() -> None:
    """As far as is known nothing was wrong."""
    tale = then(keeps_reporting="data_exhausted")
    tale.at(10).inject(effect=False)
    tale.at(20).terminal("report", on="display", cause="data_exhausted")
    tale.at(50).terminal("cleared", cause="data_exhausted")

    assert not fails(finish(tale).clause("keeps"))


def test_a_remedy_that_was_never_tried_shows_nothing() -> None:
    """With ``after`` the remedy itself must be on stage."""
    tried, untried = story(after="supply: output"), story(after={"supply": "output"})
    tried = story(after={"supply": "output"})
    tried.at(50).say("supply", "output", on=False)

    assert passes(finish(tried).clause("keeps"))
    assert unsure(finish(untried).clause("keeps"))


def test_a_short_form_names_the_cause_alone() -> None:
    """``keeps_reporting: data_exhausted``."""
    tale = Story({"then": {"keeps_reporting": "data_exhausted"}}).begin()
    tale.at(10).inject()
    tale.terminal("detected", cause="data_exhausted")

    assert passes(finish(tale).clause("keeps"))


def test_a_fault_that_never_ends_leaves_it_open() -> None:
    """Without the clearing there is no last word."""
    assert unsure(story().end().clause("keeps"))


@pytest.mark.parametrize(
    ("names", "fits"), [(None, fails), (["data_exhausted"], fails), (["no_signal"], passes)]
)
def test_the_nearest_code_of_a_protocol_is_no_other_word(
    names: list[str] | None, fits: Fits
) -> None:
    """A register that is told ``no connection`` was told as much as its protocol can."""
    plain = {"then": {"keeps_reporting": "data_exhausted"}}
    tale = Story(plain, names=names).begin()
    tale.at(10).inject()
    tale.at(20).terminal("report", on="display", cause="data_exhausted")
    tale.at(30).terminal("report", on="ecr", cause="host_unreachable")

    assert fits(finish(tale).clause("keeps"))
