"""What carriers write and say of a plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sim.terminal.account import Said, plain_text, read_account


@pytest.mark.parametrize(
    ("text", "said"),
    [("12.00 MB of 50.00 MB left.", Said(None, 0.76, 12_000_000, 50_000_000, good=True)),
     ("You have used 80 % of your data plan. 10.00 MB of 50.00 MB left.",
      Said(None, 0.8, 10_000_000, 50_000_000, good=True)),
     ("You have used 80% of your data.", Said(None, 0.8)),
     ("3,5 GB remaining", Said(None, None, 3_500_000_000, good=True)),
     ("0.51 kB of 0.07 MB left.", Said(None, 1 - 510 / 70_000, 510, 70_000, good=True)),
     ("You have used 100 % of your data plan. 0.00 MB of 50.00 MB left.",
      Said("data_exhausted", 1.0, 0, 50_000_000)),
     ("Your SIM is barred.", Said("sim_expired")),
     ("This SIM has not yet been activated", Said(None)),
     ("Your SIM is not yet activated", Said("sim_not_activated")),
     ("Welcome to Harness Mobile", Said())],
)  # fmt: skip
def test_a_text_is_understood(text: str, said: Said) -> None:
    """Amounts left, shares used, words for a SIM that is not served; nothing is guessed."""
    found = read_account(text)
    assert (found.cause, found.left, found.whole, found.good) == (
        said.cause, said.left, said.whole, said.good,
    )  # fmt: skip
    assert found.used == (None if said.used is None else pytest.approx(said.used))


def test_hex_is_read_where_a_modem_gives_ucs2() -> None:
    """TS 23.038: the same text either way; a plain one is left alone."""
    text = "12.00 MB of 50.00 MB left."
    assert plain_text(text.encode("utf-16-be").hex().upper()) == text
    assert plain_text(text) == text
    assert plain_text("1234") == "1234"


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever a carrier writes, something is made of it, and a share is one."""
    said = read_account(plain_text(text))
    assert said.used is None or said.used >= 0
