"""The parameters of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.at_fields import fields_of, numbers_of, split


@pytest.mark.parametrize(
    ("line", "name", "texts"),
    [
        ("+CSQ: 15,99", "+CSQ", ["15", "99"]),
        ("+QSIMSTAT : 1,0", "+QSIMSTAT", ["1", "0"]),
        ('+X: "a,b", c ,,"d', "+X", ["a,b", "c", "", "d"]),
        ('+COPS: (2,"A, B",7),,(0-4)', "+COPS", ['(2,"A, B",7)', "", "(0-4)"]),
        ("READY", "", ["READY"]),
        ("+X:", "+X", []),
        ("+X: ,", "+X", ["", ""]),
    ],
)
def test_names_and_fields(line: str, name: str, texts: list[str]) -> None:
    """Commas in quotes and parentheses do not separate; blanks do not count."""
    found, fields = split(line)

    assert (found, [field.text for field in fields]) == (name, texts)


def test_numbers_are_all_numbers_or_nothing() -> None:
    """A field that is none, or too few of them, is None."""
    assert numbers_of(fields_of("+X: 1,-2", "+X") or [], 2) == [1, -2]
    assert numbers_of(fields_of("+X: 1,a", "+X") or [], 1) is None
    assert numbers_of(fields_of("+X: 1", "+X") or [], 2) is None
    assert fields_of("+Y: 1", "+X") is None


@given(st.lists(st.text(alphabet="abc ,(;", min_size=1, max_size=5), min_size=1, max_size=6))
def test_quoted_fields_come_back(texts: list[str]) -> None:
    """Whatever stands inside the quotes."""
    line = "+X: " + ",".join(f'"{text}"' for text in texts)

    assert [field.text for field in split(line)[1]] == texts
