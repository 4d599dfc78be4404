"""Trace numbers, as they are told."""

import pytest

from harness.judge._telling import newest


@pytest.mark.parametrize(
    ("stans", "last"),
    [
        ((), None),
        ((7,), 7),
        ((7, 9, 8), 9),
        ((999_998, 999_999, 1), 1),
        ((999_998, 2, 1), 2),
        ((1, 499_000), 499_000),
    ],
)
def test_the_newest_of_some_numbers_is_behind_the_wrap(
    stans: tuple[int, ...], last: int | None
) -> None:
    """1 comes after 999999."""
    assert newest(stans) == last
