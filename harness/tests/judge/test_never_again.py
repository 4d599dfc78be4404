"""``never ... between`` a terminal's word and a step: it may say the same once more afterwards."""

import pytest

from harness.tests.judge.story import Fits, Story, fails, passes

NEVER = {
    "name": "called over too soon",
    "see": {"terminal": "cleared", "cause": "paper_out"},
    "between": [
        {"terminal": "detected", "cause": "paper_out"}, {"engine": "step_started", "word": "clear"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "fits"),
    [
        ("named mended over", passes),
        ("named over mended", fails),
        ("named mended named over", passes),  # a reminder that came when it had been mended
        ("mended named over", passes),  # and a word that came late
        ("named mended named over mended", fails),  # it came back, and was called over
        ("named mended named mended over", passes),
    ],
)
def test_a_word_behind_the_end_opens_nothing(rows: str, fits: Fits) -> None:
    """Unless the end comes once more: then the story had gone on."""
    tale = Story({"never": [NEVER]}).begin()
    for row in rows.split():
        if row == "mended":
            tale.engine("step_started", index=1, word="clear")
        else:
            kind = {"named": "detected", "over": "cleared"}[row]
            tale.terminal(kind, cause="paper_out")

    assert fits(tale.end().clause("never"))
