"""What a terminal by a third hand makes of a wish: a sale, and its being taken back.

The order is the point: number, debt, request, answer, book, display, register. Imports nothing of
the harness. Sources: Q/CUP 009.1 (0200, field 61 of a void; which answers approve), nexo 3.1
(PaymentResponse).
"""

import asyncio
import time
from decimal import Decimal
from typing import Any

from other_book import Book, Row  # type: ignore[import-not-found]
from other_host import Acquirer, Fields, Trouble  # type: ignore[import-not-found]
from other_register import Body, bad, good, now  # type: ignore[import-not-found]

CARD, SHOWN, GOOD_UNTIL = "9999990000000014", "999999******0014", "4912"
CHIP_AGAIN = 0.35  # s: the second GENERATE AC
APPROVED = ("00", "11", "A2", "A4", "A5", "A6")
#: Answers that are no issuer's no -> a row of the table of faults.
UPSET = {
    "A0": "keys", "99": "keys", "58": "keys", "97": "barred", "03": "barred", "94": "taken",
    "77": "taken", "76": "full", "30": "upset", "68": "upset", "90": "upset", "91": "upset",
    "92": "upset", "96": "upset", "98": "upset",
}  # fmt: skip


def minor(body: Body) -> int:
    """The amount that a register asks for, in fen."""
    asked = body["PaymentTransaction"]["AmountsReq"]["RequestedAmount"]
    return int(Decimal(str(asked)).scaleb(2).to_integral_value())


def chip(amount: int, stan: str) -> str:
    """Field 55 of a card that is none: what a host may look at (EMV 4.3, book 3, annex A)."""
    day = time.strftime("%y%m%d")
    rows = {
        "9F26": f"{int(stan) * 2654435761 % 2**64:016x}", "9F27": "80", "9F10": "07010103a00000",
        "9F37": f"{int(stan) * 40503 % 2**32:08x}", "9F36": f"{int(stan) % 65536:04x}",
        "95": "0000000800", "9A": day, "9C": "00", "9F02": f"{amount:012d}", "5F2A": "0156",
        "82": "7c00", "9F1A": "0156", "9F03": "0" * 12, "9F33": "e0e8c8",
    }  # fmt: skip
    return "".join(f"{tag}{len(value) // 2:02x}{value}" for tag, value in rows.items())


def request(bank: Acquirer, amount: int, original: dict[str, Any] | None = None) -> Fields:
    """The fields of a chip sale, or of what takes one back."""
    own = bank.header("23" if original else "22")
    fields = own | {
        2: CARD, 3: "200000" if original else "000000", 4: f"{amount:012d}", 14: GOOD_UNTIL,
        12: time.strftime("%H%M%S"), 13: time.strftime("%m%d"), 22: "051", 23: "001", 25: "00",
        49: "156",
    }  # fmt: skip
    if original:
        more = {37: original["rrn"], 38: original["auth"]}
        return fields | more | {61: f"{original['batch']}{original['stan']}"}
    return fields | {55: chip(amount, own[11])}


async def charge(
    bank: Acquirer,
    amount: int,
    original: Row | None,
    bad_at: set[str],
    slip: int,
    service: str = "",
) -> tuple[str, dict[str, Any]]:
    """(``""``, ``no`` or a fault; the row of the book, which has it already if it was approved)."""
    book: Book = bank.book
    fields = request(bank, amount, original)
    batch = fields[60][2:8]
    row = {"batch": batch, "stan": fields[11], "amount": amount, "slip": slip, "what": "sale"}
    row["service"] = service
    bank.owe(fields)
    try:
        got = await bank.ask("0200", fields)
    except Trouble as trouble:
        if not trouble.sent or "never_undoes" in bad_at:
            book.note(owed={})
        elif trouble.what == "forged":
            bank.owe(fields, "A0")
        return trouble.what, row
    await asyncio.sleep(CHIP_AGAIN)
    code = got.get(39, "")
    if code not in APPROVED:
        book.note(owed={}, **({"keys": {"batch": batch}} if UPSET.get(code) == "keys" else {}))
        return UPSET.get(code, "no"), row
    row |= {"rrn": got.get(37, ""), "auth": got.get(38, "")}
    if original:
        row["what"] = "void"
        book.note(deal=row, voided=original["slip"], owed={})
    else:
        book.note(deal=row, owed={})
    return "", row


def response(
    row: dict[str, Any], fault: str, text: str, condition: str, category: str, *, sale: Any
) -> Body:
    """PaymentResponse or ReversalResponse."""
    number = {"TransactionID": str(row["slip"]), "TimeStamp": now()}
    told: Body = {"POIData": {"POITransactionID": number}}
    if sale:
        told["SaleData"] = {"SaleTransactionID": sale}
    if fault:
        return bad(condition, text, **told)
    money = row["amount"] / 100
    if category == "Reversal":
        return good(text, ReversedAmount=money, **told, PaymentReceipt=[receipt(row)])
    card = {
        "PaymentInstrumentType": "Card",
        "CardData": {"MaskedPan": SHOWN, "EntryMode": ["ICC"], "PaymentBrand": "TEST"},
    }
    bank = {
        "MerchantID": "9" * 15, "AcquirerPOIID": "HIL00001", "ApprovalCode": row["auth"],
        "AcquirerTransactionID": {"TransactionID": row["rrn"], "TimeStamp": now()},
    }  # fmt: skip
    made = {
        "PaymentType": "Normal", "PaymentInstrumentData": card, "PaymentAcquirerData": bank,
        "AmountsResp": {"Currency": "CNY", "AuthorizedAmount": money},
    }  # fmt: skip
    return good(text, PaymentResult=made, **told, PaymentReceipt=[receipt(row)])


def receipt(row: dict[str, Any]) -> Body:
    """The cardholder's, which the register may print."""
    lines = (
        "BOULANGERIE D'ESSAI", f"TERMINAL HIL00001  LOT {row['batch']}",
        f"TICKET {row['slip']}  AUDIT {row['stan']}", f"CARTE {SHOWN}",
        f"{'ANNULATION' if row['what'] == 'void' else 'DEBIT'} CNY {row['amount'] / 100:.2f}",
        f"AUTORISATION {row['auth']}", "MERCI",
    )  # fmt: skip
    content = {"OutputFormat": "Text", "OutputText": [{"Text": line} for line in lines]}
    kind = {"DocumentQualifier": "CustomerReceipt", "RequiredSignatureFlag": False}
    return kind | {"OutputContent": content}
