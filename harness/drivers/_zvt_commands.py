"""The commands of a ZVT register, and what each carries.

Source: ZVT PA00P015: 2.1 registration, 2.2 authorisation, 2.3 balance, 2.8 pre-authorisation, 2.9
reversal, 2.13 book total, 2.14 pre-authorisation reversal, 2.15 refund, 2.20 repeat receipt, 2.25
set date and time, 2.56 status enquiry, 4.2 (TLV 1F1F: the last receipt number, mirrored).
"""

from dataclasses import dataclass
from datetime import datetime

from harness.errors import NotSupported
from harness.model.register import Deal, Wish
from harness.wire import tlv, zvt

MIRROR = 0x1F1F
#: Service bytes: of 06 20 (04 0F please; and nothing printed), of 05 01 (with TLV 1F55).
WITH_STATUS, NOTHING_PRINTED, LOCKS_PLEASE = 0x01, 0x02, 0x04


@dataclass(frozen=True, slots=True)
class Shape:
    """What a deal's command carries.

    Attributes:
        command: Class and instruction.
        password: Whether it begins with the password.
        original: Whether it names another transaction.
    """

    command: int
    password: bool = False
    original: bool = False


DEALS: dict[Deal, Shape] = {
    "sale": Shape(zvt.AUTHORISATION),
    "void": Shape(zvt.REVERSAL, password=True, original=True),
    "refund": Shape(zvt.REFUND, password=True),
    "preauth": Shape(zvt.PREAUTHORISATION),
    "completion": Shape(zvt.BOOK_TOTAL, original=True),
    "preauth_void": Shape(zvt.PREAUTHORISATION_REVERSAL, original=True),
    "balance": Shape(zvt.BALANCE),
}


def write_deal(wish: Wish, password: bytes, mirrored: bytes | None) -> zvt.Apdu:
    """A transaction's command; raises NotSupported for an original that ZVT cannot name.

    Args:
        wish: What is wanted.
        password: Three bytes.
        mirrored: What the terminal gave as TLV 1F1F last, empty for nothing; None leaves it out.
    """
    shape = DEALS[wish.deal]
    rows: dict[int, bytes] = {}
    if shape.original:
        if wish.receipt is None:
            raise NotSupported("ZVT names an original by its receipt number; none was told")
        rows[zvt.RECEIPT] = zvt.bcd(wish.receipt, 2)
    if wish.amount is not None:
        rows[zvt.AMOUNT] = zvt.bcd(wish.amount.minor, 6)
        rows[zvt.CURRENCY] = zvt.bcd(int(wish.amount.numeric), 2)
    if wish.deal == "completion":  # 2.13: trace number and authorisation of the reservation
        rows |= {zvt.TRACE: zvt.bcd(wish.stan, 3)} if wish.stan else {}
        rows |= {zvt.AUTH_CODE: wish.auth.encode("ascii").ljust(8, b"\0")} if wish.auth else {}
    if mirrored is not None:
        rows[zvt.TLV_CONTAINER] = tlv.build([(MIRROR, mirrored)])
    return zvt.Apdu(shape.command, (password if shape.password else b"") + zvt.write_fields(rows))


def write_registration(password: bytes, config: int, currency: int) -> zvt.Apdu:
    """06 00; the empty container at its end allows the terminal to send containers (9.2.2)."""
    settings = bytes([config]) + zvt.bcd(currency, 2) + zvt.write_fields({zvt.TLV_CONTAINER: b""})
    return zvt.Apdu(zvt.REGISTRATION, password + settings)


def write_status_enquiry(password: bytes) -> zvt.Apdu:
    """05 01 with the terminal's locks."""
    wanted = {zvt.SERVICE: bytes([LOCKS_PLEASE]), zvt.TLV_CONTAINER: b""}
    return zvt.Apdu(zvt.STATUS_ENQUIRY, password + zvt.write_fields(wanted))


def write_repeat(password: bytes, service: int) -> zvt.Apdu:
    """06 20."""
    return zvt.Apdu(
        zvt.REPEAT_RECEIPT, password + zvt.write_fields({zvt.SERVICE: bytes([service])})
    )


def write_time(password: bytes, when: datetime) -> zvt.Apdu:
    """06 91."""
    rows = {
        zvt.FULL_DATE: bytes.fromhex(when.strftime("%y%m%d")),
        zvt.TIME: bytes.fromhex(when.strftime("%H%M%S")),
    }
    return zvt.Apdu(zvt.SET_PT_TIME, password + zvt.write_fields(rows))


def write_read_card(seconds: int) -> zvt.Apdu:
    """06 C0: chip and stripe."""
    return zvt.Apdu(zvt.READ_CARD, bytes([seconds]) + zvt.write_fields({zvt.STATUS_BYTE: b"\x50"}))
