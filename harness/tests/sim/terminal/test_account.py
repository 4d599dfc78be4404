"""What carriers write and say of a plan."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.sim.terminal.account import Account, Said, plain_text, read_account
from harness.sim.terminal.at_line import AtLine
from harness.sim.terminal.log import Log
from harness.sim.terminal.models import read_character
from harness.sim.terminal.personality import Personality

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


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


class Carrier:
    """A modem's AT line, with a carrier that wrote once and answers when it is asked."""

    def __init__(self, wrote: str, answers: str) -> None:
        self.wrote, self.answers = wrote, answers
        self.hear: Callable[[str], None] = print

    def ask(self, command: str, within: float = 0.0) -> list[str]:
        """TS 27.005, 3.4.2 and TS 27.007, 7.15."""
        if command.startswith("AT+CMGL"):
            return ['+CMGL: 1,"REC UNREAD","611"', self.wrote]
        if command.startswith("AT+CUSD"):
            self.hear(f'+CUSD: 0,"{self.answers}",15')
        return []


@pytest.mark.parametrize(
    ("answers", "cause"),
    [("Your SIM is expired.", "sim_expired"), ("0.00 MB of 0.07 MB left.", "data_exhausted"),
     ("12.00 MB of 50.00 MB left.", None), ("try again later", "data_exhausted")],
)  # fmt: skip
def test_the_newer_word_counts(answers: str, cause: str | None) -> None:
    """The plan is used up and then the SIM expires as well: what was written first is old."""
    clock = CooperativeClock()
    line = Carrier("You have used 100 % of your data plan.", answers)
    personality = Personality.read(read_character("countertop"))
    account = Account(clock, cast(AtLine, line), personality, Log(print, lambda: EPOCH))
    line.hear = account.hear
    account.of("*100#")

    def story() -> None:
        account.read_messages()
        assert account.notice.cause == "data_exhausted"
        account.ask()

    clock.run(story)

    assert account.notice.cause == cause
