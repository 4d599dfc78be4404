"""ZVT's one-byte codes: what each says, and which of our causes it names.

A code maps to a cause only where it truly names one; ``""`` where it does not. A terminal that
knows more than a byte can say puts it into TLV 1F16 / 1F17 (extended error code, text) beside it.

Source: ZVT PA00P015, chapters 10 (error messages) and 11 (terminal status), 3.7 (intermediate
status 04 FF), 9.4 (TLV 1F55).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code.

    Attributes:
        text: What it says.
        cause: A word of ``model/causes.py``, or ``""``.
    """

    text: str
    cause: str = ""


OK = 0x00
CANCELLED = 0x6C
#: Codes up to here (99 decimal) are the authorisation system's own answer, as a binary number.
LAST_HOST_CODE = 0x63

#: BMP 27, the abort code of 06 1E, and the refusal 84 xx.
RESULTS: dict[int, Code] = {
    0x00: Code("no error"),
    0x64: Code("card not readable (LRC or parity)", "card_unreadable"),
    0x65: Code("neither track nor chip data found", "card_unreadable"),
    0x66: Code("processing error, reader mechanism", "reader_fault"),
    0x67: Code("function not permitted for debit cards"),
    0x68: Code("function not permitted for credit and tank cards"),
    0x6A: Code("turnover file full", "batch_full"),
    0x6B: Code("function deactivated, not registered"),
    0x6C: Code("abort by timeout or key", "cancelled"),
    0x6E: Code("card in the blocked list", "card_declined"),
    0x6F: Code("wrong currency"),
    0x71: Code("credit on the chip not sufficient"),
    0x72: Code("chip error", "card_mute"),
    0x73: Code("card data incorrect", "card_unreadable"),
    0x74: Code("DUKPT engine exhausted"),
    0x75: Code("text not authentic"),
    0x76: Code("card number not in the white list"),
    0x77: Code("end of day not possible"),
    0x78: Code("card expired", "card_expired"),
    0x79: Code("card not yet valid"),
    0x7A: Code("card unknown"),
    0x7B: Code("no fallback to the stripe (debit card)"),
    0x7C: Code("no fallback to the stripe"),
    0x7D: Code("communication module missing", "modem_fault"),
    0x7E: Code("no fallback to the stripe, debit advice possible"),
    0x83: Code("function not possible"),
    0x85: Code("key missing", "not_signed_on"),
    0x89: Code("PIN pad defective"),
    0x9A: Code("protocol error"),
    0x9B: Code("communication fault", "host_unreachable"),
    0x9C: Code("please wait"),
    0xA0: Code("receiver not ready", "host_unreachable"),
    0xA1: Code("remote station does not respond", "host_silent"),
    0xA3: Code("no connection", "host_unreachable"),
    0xA4: Code("stored value cannot be handed in"),
    0xA5: Code("function not allowed by security rules"),
    0xB1: Code("memory full", "storage_full"),
    0xB2: Code("journal full", "batch_full"),
    0xB4: Code("already reversed"),
    0xB5: Code("reversal not possible"),
    0xB7: Code("amount wrong", "amount_invalid"),
    0xB8: Code("pre-authorisation error"),
    0xBF: Code("supply voltage too low", "supply_low"),
    0xC0: Code("card lock defective", "reader_fault"),
    0xC1: Code("merchant card locked"),
    0xC2: Code("diagnosis required", "not_signed_on"),
    0xC3: Code("maximum amount exceeded", "amount_invalid"),
    0xC4: Code("card profiles not valid"),
    0xC5: Code("payment method not supported"),
    0xC6: Code("currency not applicable"),
    0xC8: Code("amount too small", "amount_invalid"),
    0xC9: Code("maximum transaction amount too small", "amount_invalid"),
    0xCB: Code("function allowed in euro only"),
    0xCC: Code("printer not ready", "printer_fault"),
    0xCD: Code("cashback not possible"),
    0xD2: Code("function not permitted for service cards"),
    0xDC: Code("card inserted"),
    0xDD: Code("card could not be ejected", "reader_fault"),
    0xDE: Code("card could not be drawn in", "reader_fault"),
    0xE0: Code("remote maintenance activated"),
    0xE2: Code("card reader defective", "reader_fault"),
    0xE3: Code("shutter closed"),
    0xE4: Code("activation required"),
    0xE7: Code("a goods group was not found"),
    0xE8: Code("no table of goods groups"),
    0xE9: Code("restriction code not permitted"),
    0xEA: Code("card code not permitted"),
    0xEB: Code("PIN algorithm unknown"),
    0xEC: Code("PIN cannot be handled"),
    0xED: Code("PIN pad defective"),
    0xF0: Code("open end-of-day batch", "batch_full"),
    0xF1: Code("debit card offline error"),
    0xF5: Code("personalisation error"),
    0xF6: Code("personalisation required", "not_signed_on"),
    0xFA: Code("offline transactions could not be cleared"),
    0xFB: Code("turnover record defective", "journal_fault"),
    0xFC: Code("a device is missing or defective"),
    0xFD: Code("baud rate not supported"),
    0xFE: Code("register unknown"),
    0xFF: Code("system error", "system_fault"),
}

#: Answers of the authorisation system (decimal, ISO 8583 field 39) that are not the issuer's no.
HOST_RESULTS: dict[int, Code] = {
    3: Code("merchant not accepted", "terminal_disabled"),
    25: Code("original not found", "original_unknown"),
    33: Code("card expired", "card_expired"),
    54: Code("card expired", "card_expired"),
    58: Code("not permitted at this terminal", "terminal_disabled"),
    68: Code("issuer timed out", "host_error"),
    73: Code("sign on first", "not_signed_on"),
    76: Code("settle the previous batch", "batch_full"),
    77: Code("batch does not fit", "batch_conflict"),
    90: Code("day cut in progress", "host_error"),
    91: Code("issuer not operative", "host_error"),
    92: Code("no route to the issuer", "host_error"),
    95: Code("totals differ", "unbalanced"),
    96: Code("system malfunction", "host_error"),
    97: Code("terminal unknown", "terminal_disabled"),
    98: Code("no answer from the issuer", "host_error"),
    99: Code("PIN block wrong, sign on again", "not_signed_on"),
}
#: Causes of a host answer with which the issuer did refuse.
ISSUER_CAUSES = frozenset({"card_declined", "card_expired"})

#: The status byte of 04 FF; 41..5D and 66, 67 say the same with "please remove the card".
INTERMEDIATE: dict[int, Code] = {
    0x00: Code("waiting for the amount to be confirmed"),
    0x01: Code("please watch the PIN pad"),
    0x02: Code("please watch the PIN pad"),
    0x03: Code("not accepted"),
    0x04: Code("waiting for the host"),
    0x05: Code("sending an automatic reversal", "reversal_pending"),
    0x06: Code("sending post-bookings"),
    0x07: Code("card not admitted"),
    0x08: Code("card unknown"),
    0x09: Code("card expired", "card_expired"),
    0x0A: Code("insert card"),
    0x0B: Code("please remove the card"),
    0x0C: Code("card not readable"),  # chip or stripe, and it may be tried again
    0x0D: Code("processing error"),
    0x0E: Code("please wait"),
    0x0F: Code("starting an automatic end of day"),
    0x10: Code("invalid card"),
    0x11: Code("balance display"),
    0x12: Code("system malfunction", "system_fault"),
    0x13: Code("payment not possible"),
    0x14: Code("credit not sufficient"),
    0x15: Code("wrong PIN"),
    0x16: Code("limit not sufficient"),
    0x17: Code("please wait"),
    0x18: Code("too many PIN tries"),
    0x19: Code("card data incorrect"),
    0x1A: Code("service mode"),
    0x1B: Code("approved, please fill up"),
    0x1C: Code("approved, please take the goods"),
    0x1D: Code("declined", "card_declined"),
    0x26: Code("waiting for the mobile number"),
    0x27: Code("waiting for the mobile number again"),
    0x28: Code("currency is being chosen"),
    0x29: Code("language is being chosen"),
    0x2A: Code("insert the card to load it"),
    0x2B: Code("emergency transaction, please wait"),
    0x2C: Code("application is being chosen"),
    0x4A: Code("please remove the card"),
    0x4B: Code("please remove the card"),
    0x5E: Code("contactless access finished"),
    0x68: Code("card insertion detected"),
    0x69: Code("please choose the currency"),
    0x6A: Code("a PIN digit was entered"),
    0x6B: Code("a PIN digit was entered, it may be confirmed"),
    0x6C: Code("the last PIN digit was deleted"),
    0x6D: Code("the PIN was entered"),
    0xC7: Code("waiting for the mileage"),
    0xC8: Code("waiting for the cashier"),
    0xC9: Code("starting an automatic diagnosis"),
    0xCA: Code("starting an automatic initialisation"),
    0xCB: Code("journal full", "batch_full"),
    0xCC: Code("debit advice not possible, PIN required"),
    0xD2: Code("connecting"),
    0xD3: Code("connection made"),
    0xE0: Code("waiting for the choice of an application"),
    0xE1: Code("waiting for the choice of a language"),
    0xE2: Code("the reader wants its cleaning card", "maintenance_due"),
    0xF1: Code("offline"),
    0xF2: Code("online"),
    0xF3: Code("offline transaction"),
    0xFF: Code("see the text"),
}
CARD_STILL_IN = 0x40

#: The status byte of the answer to 05 01, where it differs from ``RESULTS``.
TERMINAL_STATUS: dict[int, Code] = {
    0x00: Code("ready"),
    0x51: Code("initialisation required", "not_signed_on"),
    0x62: Code("date or time wrong", "clock_invalid"),
    0x9C: Code("busy, update running"),
    0x9D: Code("goods issued in part"),
    0xDF: Code("out of order", "system_fault"),
    0xE1: Code("card not fully removed", "card_stays"),
    0xF0: Code("reconciliation required", "batch_full"),
}

#: TLV 1F55, terminal locks: (byte, bit 0..7) -> what is locked.
LOCKS: dict[tuple[int, int], Code] = {
    (0, 7): Code("reconciliation lock", "batch_full"),
    (0, 6): Code("initialisation lock", "not_signed_on"),
    (0, 5): Code("diagnosis lock", "not_signed_on"),
    (0, 4): Code("service lock"),
    (0, 3): Code("out of order", "system_fault"),
    (0, 2): Code("printer lock", "printer_fault"),
    (0, 1): Code("start-up needed"),
    (0, 0): Code("secure module changed"),
    (1, 7): Code("transaction log defective", "journal_fault"),
    (1, 6): Code("reader not found", "reader_fault"),
    (1, 5): Code("card still inserted"),
    (1, 4): Code("secure link not ready"),
    (1, 3): Code("activation needed"),
    (1, 2): Code("low battery", "battery_low"),
    (1, 1): Code("contactless not initialised"),
    (1, 0): Code("vending bus not ready"),
}

#: What a terminal finds by itself, and only the host has a code for.
UNNAMED = frozenset({"batch_conflict", "original_unknown"})
#: What a terminal without words of its own can name.
NAMED = frozenset(
    code.cause
    for table in (RESULTS, HOST_RESULTS, INTERMEDIATE, TERMINAL_STATUS, LOCKS)
    for code in table.values()
    if code.cause and code.cause not in UNNAMED
) | {"card_declined"}


def result(code: int) -> Code:
    """What BMP 27, 06 1E or 84 xx says."""
    if OK < code <= LAST_HOST_CODE:
        said = HOST_RESULTS.get(code, Code("declined by the issuer", "card_declined"))
        return Code(f"{said.text} (host code {code:02d})", said.cause)
    return RESULTS.get(code, Code(f"result {code:02X}"))


def issuer_declined(code: int) -> bool:
    """Whether it was the issuer that said no; a fault of the way to it is no decline."""
    return OK < code <= LAST_HOST_CODE and result(code).cause in ISSUER_CAUSES


def intermediate(status: int) -> Code:
    """What the status byte of 04 FF says."""
    plain = INTERMEDIATE.get(status & ~CARD_STILL_IN)
    if status not in INTERMEDIATE and asks_removal(status) and plain is not None:
        return Code(f"{plain.text}; please remove the card", plain.cause)
    return INTERMEDIATE.get(status, Code(f"status {status:02X}"))


def asks_removal(status: int) -> bool:
    """Whether the status byte of 04 FF asks for the card's removal as well."""
    return 0x41 <= status <= 0x5D or status in (0x66, 0x67)


def terminal_status(status: int) -> Code:
    """What the status byte of the answer to 05 01 says."""
    return TERMINAL_STATUS.get(status) or RESULTS.get(status, Code(f"status {status:02X}"))


def locks(value: bytes) -> list[Code]:
    """What the two bytes of TLV 1F55 lock."""
    return [
        code
        for (octet, bit), code in LOCKS.items()
        if octet < len(value) and value[octet] >> bit & 1
    ]


def locks_of(causes: Iterable[str]) -> bytes:
    """The two bytes of TLV 1F55 that say these causes."""
    wanted, value = set(causes), bytearray(2)
    for (octet, bit), code in LOCKS.items():
        if code.cause in wanted:
            value[octet] |= 1 << bit
            wanted.discard(code.cause)
    return bytes(value)
