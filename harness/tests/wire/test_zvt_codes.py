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
    assert codes.result(0xB9) == codes.Code("result B9")
    assert codes.intermediate(0x49).cause == "card_expired"
    assert codes.intermediate(0x49).text.endswith("please remove the card")
    assert codes.intermediate(0x42).text.startswith("please watch")
    assert codes.intermediate(0x99) == codes.Code("status 99")
    assert codes.terminal_status(0xE2).cause == "reader_fault"
    assert codes.terminal_status(0x9C).text == "busy, update running"
    assert [code.text for code in codes.locks(b"\x04\x80")] == [
        "printer lock", "transaction log defective",
    ]  # fmt: skip
    assert codes.locks(b"\x04") == [codes.Code("printer lock", "printer_fault")]


#: Chapter 10 of PA00P015, by number; 01 to 63 are the authorisation system's own.
ERRORS = bytes.fromhex(
    "00 64 65 66 67 68 6A 6B 6C 6E 6F 71 72 73 74 75 76 77 78 79 7A 7B 7C 7D 7E 83 85 89 9A 9B 9C"
    "A0 A1 A3 A4 A5 B1 B2 B4 B5 B7 B8 BF C0 C1 C2 C3 C4 C5 C6 C8 C9 CB CC CD D2 DC DD DE E0 E2 E3"
    "E4 E7 E8 E9 EA EB EC ED F0 F1 F5 F6 FA FB FC FD FE FF"
)
#: Chapter 11.
STATES = bytes.fromhex("00 51 62 9C 9D B1 B2 BF C0 C1 C2 C4 CC DC DF E0 E1 E2 E3 E4 F0 F6")
#: Table 17 of 3.7.
STATUSES = bytes(range(0x1E)) + bytes.fromhex(
    "26 27 28 29 2A 2B 2C 5E 66 67 68 69 6A 6B 6C 6D C7 C8 C9 CA CB CC D2 D3 E0 E1 E2 F1 F2 F3 FF"
) + bytes(range(0x41, 0x5E))  # fmt: skip


def test_every_code_of_the_specification_has_its_text() -> None:
    """No error, terminal status or intermediate status of the three tables is a bare number."""
    for code in ERRORS:
        assert codes.result(code).text != f"result {code:02X}", f"{code:02X}"
    for code in range(1, 100):
        assert codes.result(code).text.endswith(f"(host code {code:02d})")
    for code in STATES:
        assert codes.terminal_status(code).text != f"status {code:02X}", f"{code:02X}"
    for code in set(STATUSES):
        assert codes.intermediate(code).text != f"status {code:02X}", f"{code:02X}"
    assert set(codes.RESULTS) == set(ERRORS)


@pytest.mark.parametrize(
    ("status", "asks"),
    [
        (0x0A, False), (0x0B, False), (0x40, False), (0x41, True), (0x4B, True), (0x5D, True),
        (0x5E, False), (0x66, True), (0x67, True), (0x68, False), (0x6A, False), (0x6D, False),
        (0xC8, False),
    ],
)  # fmt: skip
def test_which_statuses_ask_for_the_card_besides(status: int, asks: bool) -> None:
    """3.7: 41 to 5D and 66, 67; 0B says nothing else."""
    assert codes.asks_removal(status) == asks


@pytest.mark.parametrize("status", [0x6A, 0x6B, 0x6C, 0x6D])
def test_keys_of_a_pin_are_no_trouble(status: int) -> None:
    """Said at each key; 6A to 6D are no 2A to 2D that ask for the card."""
    said = codes.intermediate(status)

    assert "PIN" in said.text
    assert said.cause == ""
    assert "remove" not in said.text


def test_locks_are_written_as_they_are_read() -> None:
    """Causes that a lock can say come back; others are left out."""
    value = codes.locks_of(["printer_fault", "journal_fault", "not_signed_on", "no_signal"])

    said = {code.cause for code in codes.locks(value)}
    assert said == {"printer_fault", "journal_fault", "not_signed_on"}
    assert codes.locks_of([]) == b"\x00\x00"
    assert len(codes.locks(b"\xff\xff")) == 16


def test_what_its_bytes_can_name_is_known() -> None:
    """Of a line that is down they know little, and of what only a host has a code for nothing."""
    assert {"supply_low", "reader_fault", "host_unreachable", "card_declined"} <= codes.NAMED
    assert not {"data_exhausted", "sim_missing", "original_unknown", ""} & codes.NAMED
