"""``signed_on_first``: a start is no reason for a sign-on, where the keys outlive it."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes

WORD = "signed_on_first"


def sold_behind_a_start(mac_ok: bool | None) -> Story:
    """The first start in the trace, and a sale behind it; no sign-on."""
    tale = always(WORD)
    tale.terminal("boot", version="2.0.0", slot="A", reason="power")
    tale.host("request_received", mti="0200", stan=8, batch=1, amount=100, mac_ok=mac_ok)
    return tale


def test_keys_of_a_sign_on_before_the_trace_are_keys() -> None:
    """A terminal that was signed on when the story began need not do it again behind a cut."""
    assert passes(sold_behind_a_start(mac_ok=True).end().clause(WORD))


@pytest.mark.parametrize("mac_ok", [False, None])
def test_without_a_mac_that_fits_it_was_never_signed_on(mac_ok: bool | None) -> None:
    """A wrong MAC, or none that could be looked at."""
    clause = sold_behind_a_start(mac_ok).end().clause(WORD)

    assert fails(clause)
    assert "never signed on" in clause.reason


def test_behind_a_sign_off_right_keys_do_not_help() -> None:
    """They were given back."""
    tale = always(WORD)
    tale.terminal("boot", version="2.0.0", slot="A", reason="power")
    tale.host("signed_off", tid="HIL00001")
    tale.host("request_received", mti="0200", stan=8, batch=1, amount=100, mac_ok=True)

    assert fails(tale.end().clause(WORD))
