"""The kinds of observations: DESIGN's table and the data, and scenarios that name none of them."""

import re
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.model.observed import KINDS, unknown
from harness.model.pattern import SOURCES, Pattern
from harness.model.words import WordError

DESIGN = Path(harness.__file__).with_name("DESIGN.md")
ROW = re.compile(r"\| (\w+) \| (.+?) \|")


def test_the_table_of_the_design_is_the_data() -> None:
    """Whoever adds a kind adds it to both, with its fields."""
    section = DESIGN.read_text("utf-8").partition("## 5. Observations")[2].partition("\n## 6.")[0]
    told: dict[str, set[str]] = {}
    for line in section.splitlines():
        row = ROW.match(line)
        if row and row[1] != "source":
            cell = re.sub(r"; or `not_at_rest` with", "`not_at_rest`", line)
            kinds = row[2] if "not_at_rest" not in line else cell
            told.setdefault(row[1], set()).update(re.findall(r"`(\w+)`", kinds))
    told["engine"] -= {"confirmed", "why"}  # fields of the row that has a kind in its third column

    assert told == {source: set(kinds) for source, kinds in KINDS.items()}


def test_who_is_waited_for_says_something() -> None:
    """A source without kinds could not be waited for by name."""
    assert set(SOURCES) <= set(KINDS)


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"host": "replydue"}, "no 'replydue' is among what host says; did you mean 'reply_due'?"),
        ("reply_du", "no 'reply_du' is among what anybody says; did you mean 'reply_due'?"),
        ({"terminal": "part"}, "no 'part' is among what terminal says"),
        ("terminal.boot", "no 'terminal' is among what anybody says"),
        ({"terminal": "detected", "cause": "no_signl"}, "did you mean 'no_signal'?"),
        ({"terminal": "detected", "cause": ["no_signal", "tired"]}, "no cause 'tired'"),
    ],
)
def test_what_nobody_says_cannot_be_waited_for(plain: Any, said: str) -> None:
    """It is refused with what was meant, rather than waited for in vain."""
    with pytest.raises(WordError, match=re.escape(said)):
        Pattern.read(plain)


@pytest.mark.parametrize(
    "plain",
    [
        "update.downloading", "fault", {"update": "downloading", "percent": ">= 37"},
        {"source": "terminal", "kind": "drawer_opened"},  # a word of somebody's own driver
        {"modem": "registration", "cause": "EMM cause 7"},  # the network's words
        "terminal: NO SIGNAL",
    ],
)  # fmt: skip
def test_what_somebody_says_can_be(plain: Any) -> None:
    """And so can the words of a driver that is not ours, named in full."""
    assert Pattern.read(plain)


def test_a_source_of_somebodys_own_may_say_anything() -> None:
    """Only what our sources say is known here."""
    assert unknown("terminal", "boot") == ""
    assert "anybody" in unknown("drawer", "sprang")
