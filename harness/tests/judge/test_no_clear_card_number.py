"""``no_clear_card_number``: how much of a number that was cut may be left."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes

WORD = "no_clear_card_number"


@pytest.mark.parametrize(
    "pan", ["999999***0014", "999999******0014", "9999 99** **** 0014", "************0014", "0014",
            "***", "", None],
)  # fmt: skip
def test_six_and_four_and_less_hold(pan: str | None) -> None:
    """However it was cut, and where there is nothing to be seen."""
    tale = always(WORD)
    tale.terminal("journal_entry", stan=1, batch=1, pan=pan)

    assert passes(tale.end().clause(WORD))


@pytest.mark.parametrize(
    "pan", ["99999900***0014", "99999900****0014", "9999 9900 **** 0014", "999999XXXXX90014"]
)
@pytest.mark.parametrize("kind", ["journal_entry", "printed", "approved"])
def test_more_than_six_and_four_breaks_it(pan: str, kind: str) -> None:
    """In a log, on a receipt, in a journal."""
    tale = always(WORD)
    tale.terminal(kind, stan=1, batch=1, pan=pan)

    assert fails(tale.end().clause(WORD))


@pytest.mark.parametrize(("pan", "right"), [("99999900***0014", True), ("999999000***0014", False)])
def test_eight_are_right_where_the_rig_file_says_so(pan: str, right: bool) -> None:
    """A longer issuer number, by the acquirer's leave; nine are no issuer number."""
    tale = Story({"always": [WORD]}).begin()
    tale.rows[0].fields["facts"] = ["long_bins"]
    tale.terminal("journal_entry", stan=1, batch=1, pan=pan)

    assert passes(tale.end().clause(WORD)) is right


def test_what_the_host_shows_of_a_card_is_none_of_the_terminals() -> None:
    """A host of somebody else's may cut otherwise."""
    tale = always(WORD)
    tale.host("request_received", mti="0200", stan=1, batch=1, pan="99999900***0014")

    assert passes(tale.end().clause(WORD))


def test_a_key_that_is_shown_breaks_it() -> None:
    """Known by its check value, which is all that is told of it."""
    tale = always(WORD)
    tale.terminal("key_in_clear", channel="console", checks=["fabc1765"])

    clause = tale.end().clause(WORD)

    assert fails(clause)
    assert "fabc1765" in clause.reason
