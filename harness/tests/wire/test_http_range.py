"""Which bytes an HTTP request gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.http_range import Part, choose, span

TAG = '"abc"'


@pytest.mark.parametrize(
    ("text", "found"),
    [("bytes=0-0", (0, 1)), ("bytes=0-", (0, 100)), ("BYTES=10-19", (10, 20)),
     ("bytes=-5", (95, 100)), ("bytes=-500", (0, 100)), ("bytes=99-500", (99, 100)),
     ("bytes=100-", (100, 100)),
     ("bytes=-0", (100, 100)), ("bytes= 1-2 ", (1, 3)),
     ("bytes=2-1", None), ("bytes=-", None), ("bytes=a-b", None), ("bytes=0-1,3-4", None),
     ("lines=0-1", None), ("", None), ("bytes=1", None), (f"bytes={'9' * 21}-", None),
     ("bytes=٣-", None)],
)  # fmt: skip
def test_ranges(text: str, found: tuple[int, int] | None) -> None:
    """First, last, suffix, and what is none (RFC 9110, 14.1.2)."""
    assert span(text, 100) == found


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_what_is_found_is_within(size: int, first: int, more: int) -> None:
    """A range is never outside what there is, and is what a slice would be."""
    found = span(f"bytes={first}-{first + more}", size)

    assert found is not None
    assert range(size)[first : first + more + 1] == range(*found)


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"if-none-match": TAG}, 304), ({"if-none-match": f'W/{TAG}, "x"'}, 304),
     ({"if-none-match": "*"}, 304), ({"if-none-match": '"x"'}, 200),
     ({"if-match": '"x"'}, 412), ({"if-match": f"W/{TAG}"}, 412), ({"if-match": TAG}, 200),
     ({"if-match": "*"}, 200), ({"if-match": '"x"', "if-none-match": TAG}, 412),
     ({"range": "bytes=1-2", "if-range": TAG}, 206),
     ({"range": "bytes=1-2", "if-range": f"W/{TAG}"}, 200),
     ({"range": "bytes=1-2", "if-range": "Sat, 29 Oct 1994 19:43:31 GMT"}, 200),
     ({"range": "bytes=1-2", "if-none-match": TAG}, 304), ({"range": "bytes=200-"}, 416),
     ({"range": "bytes=200-", "if-range": '"x"'}, 200)],
)  # fmt: skip
def test_conditions_come_before_ranges(asked: dict[str, str], status: int) -> None:
    """In the order of RFC 9110, 13.2.2; weak tags are good for If-None-Match only."""
    assert choose(100, TAG, asked).status == status


def test_only_get_knows_ranges() -> None:
    """A HEAD is answered as if none had been asked for (RFC 9110, 14.2)."""
    assert choose(100, TAG, {"range": "bytes=1-2"}, ranges=False) == Part(200, 0, 100)
