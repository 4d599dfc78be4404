"""ZVT's codes and the causes they name."""

import pytest

from harness.model.causes import CAUSES
from harness.wire import zvt_codes as codes


def test_every_cause_is_a_word_of_the_vocabulary() -> None:
    """No table invents a cause."""
    tables = (codes.RESULTS, codes.INTERMEDIATE, codes.TERMINAL_STATUS, codes.HOST_RESULTS)
    said = {code.cause for table in tables for code in table.values()}
    said |= {code.cause for code in codes.LOCKS.values()}

    assert said - {""} <= set(CAUSES)


@pytest.mark.parametrize("code", [0x05, 0x33, 0x36])  # host codes 05, 51, 54
def test_an_issuers_no_is_a_decline(code: int) -> None:
    """Codes 01..99 (decimal) are the authorisation system's own answer."""
    assert codes.issuer_declined(code)


@pytest.mark.parametrize("code", [0x00, 0x03, 0x5B, 0x60, 0x61, 0x64, 0x6C, 0x9B, 0xA1, 0xA3, 0xFF])
def test_a_fault_on_the_way_is_no_decline(code: int) -> None:
    """Neither success, a host's own trouble, a reader fault nor a communication fault is a no."""
    assert not codes.issuer_declined(code)


def test_codes_say_their_cause() -> None:
    """The fault vocabulary of the register's side."""
    assert codes.result(0xA1).cause == "host_silent"
    assert codes.result(0xBF).cause == "supply_low"
    assert codes.result(0x61).cause == "terminal_disabled"  # host code 97
    assert codes.result(0xE8) == codes.Code("result E8")
    assert codes.intermediate(0x49).cause == "card_expired"
    assert codes.intermediate(0x49).text.endswith("please remove the card")
    assert codes.intermediate(0x42).text.startswith("please watch")
    assert codes.intermediate(0x99) == codes.Code("status 99")
    assert codes.terminal_status(0xE2).cause == "reader_fault"
    assert codes.terminal_status(0x9C).text == "busy, update running"
    assert [code.text for code in codes.locks(b"\x02\x40")] == [
        "printer lock", "transaction log defective",
    ]  # fmt: skip
    assert codes.locks(b"\x02") == [codes.Code("printer lock", "printer_fault")]
