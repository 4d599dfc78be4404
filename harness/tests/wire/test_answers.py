"""Answer codes and what is expected after each."""

import pytest

from harness.wire.answers import ANSWERS, REVERSAL_DONE, expected, text


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("00", "approve"), ("11", "approve"), ("A6", "approve"), ("51", "final_decline"),
     ("94", "final_decline"), ("91", "retry_later"), ("98", "retry_later"), ("99", "re_sign_on"),
     ("A0", "re_sign_on"), ("95", "settle_first"), ("97", "disabled"), ("03", "disabled")],
)  # fmt: skip
def test_each_code_has_its_class(code: str, wanted: str) -> None:
    """Approve, decline for good, try later, sign on, settle, or disabled."""
    assert expected(code) == wanted


def test_a_code_nobody_knows_is_a_decline_that_names_it() -> None:
    """Never an approval, and the operator can read it out."""
    assert expected("ZZ") == "final_decline"
    assert text("ZZ") == "declined (ZZ)"
    assert text("51") == "insufficient funds"


def test_every_code_is_two_characters_and_has_words() -> None:
    """The table is whole, and what ends a reversal is in it."""
    assert all(len(code) == 2 and answer.text for code, answer in ANSWERS.items())
    assert set(ANSWERS) >= REVERSAL_DONE
