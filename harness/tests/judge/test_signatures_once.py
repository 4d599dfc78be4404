"""``signatures_once``: handed in, once, as what it is."""

import pytest

from harness.tests.judge.story import Fits, Story, always, fails, passes

WORD = "signatures_once"


def signed(tale: Story, stan: int, *, taken: bool = True) -> None:
    """A sale whose cardholder signs, or walks off."""
    tale.terminal("signature", state="asked", stan=stan)
    tale.terminal("signature", state="taken" if taken else "pending", stan=stan)


def handed_in(tale: Story, stan: int, *, as_signed: bool = True) -> None:
    """The host has it, and the terminal knows that it has."""
    tale.host("signature_received", tid="HIL00001", batch=1, stan=stan, signed=as_signed)
    tale.terminal("signature", state="uploaded", stan=stan)


def test_each_signature_handed_in_once_holds() -> None:
    """What was not given is handed in as that, and the same number may come in a later batch."""
    tale = always(WORD)
    for _ in range(2):
        signed(tale, 2, taken=False)
        signed(tale, 3)
        handed_in(tale, 2, as_signed=False)
        handed_in(tale, 3)
        tale.host("settled", tid="HIL00001", batch=1, balanced=True)

    assert passes(tale.end().clause(WORD))


def test_what_was_called_uploaded_may_not_come_again() -> None:
    """Each settlement sends all of them."""
    tale = always(WORD)
    signed(tale, 3)
    handed_in(tale, 3)
    handed_in(tale, 3)

    clause = tale.end().clause(WORD)

    assert fails(clause)
    assert "came again" in clause.reason


def test_what_nobody_heard_an_answer_to_may_come_again() -> None:
    """Behind a start, or where the answer was lost: it was not called uploaded."""
    tale = always(WORD)
    signed(tale, 3)
    tale.host("signature_received", tid="HIL00001", batch=1, stan=3, signed=True)
    handed_in(tale, 3)
    tale.terminal("boot", version="2.0.0", slot="A", reason="power")
    handed_in(tale, 3)

    assert passes(tale.end().clause(WORD))


def test_what_nobody_gave_may_not_be_handed_in_as_given() -> None:
    """Known by a log that says of others that they signed."""
    tale = always(WORD)
    signed(tale, 2, taken=False)
    signed(tale, 3)
    handed_in(tale, 2)
    handed_in(tale, 3)

    clause = tale.end().clause(WORD)

    assert fails(clause)
    assert "nobody signed for trace number 2" in clause.reason


def test_a_log_that_never_says_who_signed_proves_nothing() -> None:
    """``pending`` may mean that it waits for its upload."""
    tale = always(WORD)
    signed(tale, 2, taken=False)
    handed_in(tale, 2)

    assert passes(tale.end().clause(WORD))


def test_what_was_taken_may_not_be_left_out() -> None:
    """A later one came, and the batch was settled."""
    tale = always(WORD)
    signed(tale, 2)
    signed(tale, 3)
    handed_in(tale, 3)
    tale.host("settled", tid="HIL00001", batch=1, balanced=True)

    clause = tale.end().clause(WORD)

    assert fails(clause)
    assert "trace number 2" in clause.reason


def test_what_waits_for_its_settlement_is_not_left_out() -> None:
    """And of a host that shows no signatures nothing is known."""
    tale = always(WORD)
    signed(tale, 2)
    signed(tale, 3)
    handed_in(tale, 2)

    assert passes(tale.end().clause(WORD))


@pytest.mark.parametrize(("batch", "fits"), [(1, passes), (2, fails)])
def test_a_signature_names_the_batch_of_its_sale(batch: int, fits: Fits) -> None:
    """Also where it is handed in with the next one."""
    tale = always(WORD).sale("first", 3)
    signed(tale, 3)
    tale.host("settled", tid="HIL00001", batch=1, balanced=True)
    tale.host("signature_received", tid="HIL00001", batch=batch, stan=3, signed=True)

    assert fits(tale.end().clause(WORD))
