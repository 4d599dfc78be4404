"""What modems say of the SIM; the numbers are made up."""

import pytest

from harness.wire.at_sim import ABSENT, cpin, crsm, event, first_of, iccid, imsi, named

CARD = "8949000000000000016"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (f"+QCCID: {CARD}F", CARD),
        (f'+CCID: "{CARD}"', CARD),
        (f"+ICCID: {CARD}5", f"{CARD}5"),
        (f"#CCID: {CARD}", CARD),
        (f"!ICCID: {CARD}", CARD),
        (CARD, CARD),
        ("98940000000000000061", "89490000000000000016"),  # nibbles swapped
        ("989400000000000010F6", "8949000000000000016"),
        ("898600A0000000000001", "898600A0000000000001"),  # letters inside
        ("+QCCID: 123", None),
        ("+QCCID: 1234567890123456789", None),  # begins with 89 neither way
        ("867698040000010", None),  # an IMEI
        (f"{CARD}{CARD}", None),
    ],
)
def test_the_cards_number_is_put_right(line: str, number: str | None) -> None:
    """However it is written: it begins with 89 (ITU-T E.118) or is none."""
    assert iccid(line) == number


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('+CRSM: 144,0,"989400000000000010F6"', "8949000000000000016"),
        ("+CRSM: 144,0,989400000000000010F6", "8949000000000000016"),
        ("+CRSM: 145,21,989400000000000010F6", "8949000000000000016"),
        ("+CRSM: 106,130", None),  # 6A82: not found
        ('+CRSM: 106,130,"989400000000000010F6"', None),
        ("+CRSM: x", None),
    ],
)
def test_the_file_itself_is_read(line: str, number: str | None) -> None:
    """EF-ICCID by +CRSM, when its status is a success."""
    assert crsm(line) == number


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("001010000000001", "001010000000001"),
        ('"001010000000001"', "001010000000001"),
        ("+CIMI: 001010000000001", "001010000000001"),
        ('+CIMI:"001010000000001"', "001010000000001"),
        ("+CIMI: 0010100000000012", None),
        ("ERROR", None),
    ],
)
def test_the_subscribers_number_is_read(line: str, number: str | None) -> None:
    """Bare, quoted, or with its name."""
    assert imsi(line) == number


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("+CPIN: READY", "READY"),
        ('+CPIN: "SIM PIN"', "SIM PIN"),
        ("+CPIN:SIM PUK2", "SIM PUK2"),
        ("+CPIN: PH-NET PIN", "PH-NET PIN"),
        ("READY", "READY"),
        ("+CPIN: NOT INSERTED", "NOT INSERTED"),
        ("+CPIN: SIM REMOVED", "SIM REMOVED"),
        ("+CPIN: whatever", None),
        ("+CSQ: 1,99", None),
    ],
)
def test_the_state_is_read(line: str, state: str | None) -> None:
    """Quoted, bare, without a blank; nothing that is none."""
    assert cpin(line) == state


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("+QSIMSTAT : 1,0", ABSENT),  # EC25: a blank before the colon
        ("+QSIMSTAT : 1,1", None),  # a card, but not ready
        ("+UUSIMSTAT:0", ABSENT),
        ("+UUSIMSTAT: 1", "SIM PIN"),
        ("+UUSIMSTAT: 6", "READY"),
        ("#QSS: 0", ABSENT),
        ("#QSS: 1", None),
        ("#QSS: 3", "READY"),
        ("#QSS: 0, 3", "READY"),
        ("#QSS:0, 0", ABSENT),
        ("+SIM: Removed", ABSENT),
        ("+SIM: Inserted", None),
        ("+SIM DROP", ABSENT),
        ("+SIM READY", "READY"),
        ("+SIMCARD: NOT AVAILABLE", ABSENT),
        ("^SCKS: 0", ABSENT),
        ("+CPIN: NOT INSERTED", ABSENT),
        ("+CPIN: SIM REMOVED", ABSENT),
        ("+CPIN: NOT READY", "NOT READY"),
        ("READY", None),  # bare words are no reports
        ("RDY", None),
    ],
)
def test_a_card_that_comes_or_goes_is_told_in_one_word(line: str, state: str | None) -> None:
    """The makers' reports; that a card is in does not make it ready."""
    assert event(line) == state


def test_the_first_line_with_a_number_counts() -> None:
    """Some modems say something else before it."""
    assert first_of(["whatever", f"+CCID: {CARD}"]) == CARD
    assert first_of([]) is None
    assert named("READY") == "READY"
