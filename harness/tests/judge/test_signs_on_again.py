"""``signs_on_again``: a sign-on that brought nothing leaves a terminal without keys."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes

WORD = "signs_on_again"


def spoilt(act: str = "wrong_stan") -> Story:
    """The answer of sign-on 7 is spoilt; hosts say so before or after they say what they heard."""
    tale = always(WORD)
    tale.host("misbehaved", mti="0800", stan=7, act=act)
    tale.host("request_received", mti="0800", stan=7, batch=1)
    tale.host("signed_on", tid="HIL00001", batch=1)
    return tale


@pytest.mark.parametrize("mti", ["0100", "0200", "0220", "0400"])
@pytest.mark.parametrize("act", ["wrong_stan", "garbage", "drop", "reset"])
def test_keys_of_before_a_spoilt_sign_on_break_it(mti: str, act: str) -> None:
    """Known by a MAC that no longer fits."""
    tale = spoilt(act)
    tale.host("request_received", mti=mti, stan=8, batch=1, mac_ok=False)

    clause = tale.end().clause(WORD)

    assert fails(clause)
    assert f"brought no keys ({act})" in clause.reason


def test_another_sign_on_between_makes_it_good() -> None:
    """Whatever comes of the next request: that is another clause's."""
    tale = spoilt()
    tale.host("request_received", mti="0800", stan=8, batch=1)
    tale.host("request_received", mti="0200", stan=9, batch=1, mac_ok=False)

    assert passes(tale.end().clause(WORD))


def test_behind_a_start_old_keys_or_a_sign_on_are_both_right() -> None:
    """Cut point P13."""
    tale = spoilt()
    tale.terminal("boot", version="2.0.0", slot="A", reason="power")
    tale.host("request_received", mti="0400", stan=8, batch=1, mac_ok=False)

    assert passes(tale.end().clause(WORD))


@pytest.mark.parametrize("mac_ok", [True, None])
def test_a_mac_that_fits_or_is_not_told_of_proves_nothing(mac_ok: bool | None) -> None:
    """The host may have dealt out no new keys, and not every request has a MAC."""
    tale = spoilt()
    tale.host("request_received", mti="0200", stan=8, batch=1, mac_ok=mac_ok)

    assert passes(tale.end().clause(WORD))
