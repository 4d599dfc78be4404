"""``vary``: points, names and substitution."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.vary import MOST, points, put_in, readable
from harness.model.words import WordError


@pytest.mark.parametrize(
    ("given_", "values"),
    [
        ({"from": "0 ms", "to": "30 ms", "step": "10 ms"}, ["0 ms", "10 ms", "20 ms", "30 ms"]),
        ({"from": "0 ms", "to": "0.1 s", "step": "50 ms"}, ["0 ms", "50 ms", "100 ms"]),
        ({"from": "9 V", "to": "8 V", "step": "-0.5 V"}, ["9 V", "8.5 V", "8 V"]),
        ({"from": "0.1 s", "to": "0.3 s", "step": "0.1 s"}, ["0.1 s", "0.2 s", "0.3 s"]),
        ({"from": "0 ms", "to": "25 ms", "step": "10 ms"}, ["0 ms", "10 ms", "20 ms"]),
        ({"from": "10 %", "to": "30 %", "step": "10 %"}, ["10 %", "20 %", "30 %"]),
        ({"from": "1 KiB", "to": "2 KiB", "step": "512 B"}, ["1024 B", "1536 B", "2048 B"]),
        ({"from": 1, "to": 3, "step": 1}, [1, 2, 3]),
        ({"from": 0, "to": 1, "step": 0.5}, [0, 0.5, 1]),
        (["chip", "stripe"], ["chip", "stripe"]),
        ([1, 2.5, True], [1, 2.5, True]),
    ],
)
def test_ranges_and_lists_give_their_values(given_: Any, values: list[Any]) -> None:
    """Ends are included, decimals exact, units told in the step's."""
    assert [point["x"] for point in points({"x": given_})] == values


@pytest.mark.parametrize(
    ("vary", "path", "said"),
    [
        ([], ("vary",), "wanted names"),
        ({"x": 3}, ("vary", "x"), "wanted a list"),
        ([3], ("vary", 0), "same names in each row"),
        ([{}], ("vary", 0), "same names in each row"),
        ([{"x": 1}, {"y": 1}], ("vary", 1), "the first row has others"),
        ([{"x": 1}, {"x": [[1]]}], ("vary", 1, "x", 0), "wanted a text or a number"),
        ([{"x": list(range(6000))}] * 2, ("vary",), f"more than {MOST}"),
        ({"x": []}, ("vary", "x"), "wanted a list"),
        ({"x": [[1]]}, ("vary", "x", 0), "wanted a text or a number"),
        ({"x y": [1]}, ("vary", "x y"), "no name"),
        ({"x": {"from": 1, "to": 2}}, ("vary", "x"), "'step' is missing"),
        ({"x": {"from": 1, "to": 2, "stop": 1}}, ("vary", "x", "stop"), "did you mean 'step'"),
        ({"x": {"from": "a", "to": 2, "step": 1}}, ("vary", "x", "from"), "wanted a number"),
        ({"x": {"from": "1 V", "to": "2 s", "step": "1 s"}}, ("vary", "x"), "do not go together"),
        ({"x": {"from": 1, "to": 2, "step": 0}}, ("vary", "x", "step"), "never leads"),
        ({"x": {"from": 1, "to": 2, "step": -1}}, ("vary", "x", "step"), "never leads"),
        ({"x": {"from": 1, "to": 2, "step": 1e-5}}, ("vary", "x"), "do not go together"),
        ({"x": {"from": 1, "to": 3, "step": 0.0001}}, ("vary", "x", "step"), f"more than {MOST}"),
        ({"x": list(range(101)), "y": list(range(101))}, ("vary",), f"more than {MOST}"),
    ],
)
def test_what_cannot_be_varied_is_refused(vary: Any, path: tuple[Any, ...], said: str) -> None:
    """The refusal has its path, and an endless range is one."""
    with pytest.raises(WordError, match=said) as told:
        points(vary)
    assert told.value.path == path


def test_what_goes_together_stands_in_rows() -> None:
    """Each row makes its own combinations; a lone value in it is a list of one."""
    rows = [{"part": "paper", "cause": "paper_out"}, {"part": ["keys", "touch"], "cause": "stuck"}]

    assert points(rows) == [
        {"part": "paper", "cause": "paper_out"},
        {"part": "keys", "cause": "stuck"},
        {"part": "touch", "cause": "stuck"},
    ]


def test_without_vary_there_is_one_point() -> None:
    """It has no values and no name."""
    assert points(None) == [{}]
    assert readable({}) == ""


def test_names_are_readable() -> None:
    """No blanks; true and false as in YAML."""
    assert (
        readable({"cut": "120 ms", "card": "chip", "on": True}) == "[cut=120ms,card=chip,on=true]"
    )


def test_values_are_put_in_everywhere() -> None:
    """In lists and maps, alone and inside a text; a lone name keeps its type."""
    plain = {
        "a": ["$n", "at $n", "${n}s", "$$n"],
        "b": {"c": "$t"},
        "d": 3,
        "e": "^x$",
        "f": "a$|b",
    }
    used: set[str] = set()

    seen = put_in(plain, {"n": 3, "t": "1 s"}, used=used)

    assert seen == {
        "a": [3, "at 3", "3s", "$n"], "b": {"c": "1 s"}, "d": 3, "e": "^x$", "f": "a$|b",
    }  # fmt: skip
    assert used == {"n", "t"}


def test_an_unknown_name_is_refused_with_its_path() -> None:
    """A slip of the pen is not left standing as a text."""
    with pytest.raises(WordError, match="did you mean 'cut'") as told:
        put_in({"a": ["$cutt"]}, {"cut": 1})
    assert told.value.path == ("a", 0)


@given(st.recursive(st.text() | st.integers() | st.none(), st.lists, max_leaves=5))
def test_no_value_whatever_raises_anything_else(plain: Any) -> None:
    """Any plain value is substituted or refused with a WordError."""
    for act in (lambda: put_in(plain, {}), lambda: points({"x": plain})):
        try:
            act()
        except WordError:
            continue
