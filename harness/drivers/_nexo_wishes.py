"""What a register asks for in nexo: the bodies of its requests.

Source: nexo Sale to POI Protocol 3.1, PaymentRequest, ReversalRequest, LoginRequest,
MessageReference.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from harness.errors import NotSupported
from harness.model.register import Wish
from harness.model.units import Money
from harness.wire import nexo


def login() -> dict[str, Any]:
    """Of a Login."""
    return {
        "DateTime": now(), "OperatorLanguage": "en",
        "SaleSoftware": {
            "ManufacturerID": "HIL", "ApplicationName": "terminal-harness",
            "SoftwareVersion": "1", "CertificationCode": "none",
        },
    }  # fmt: skip


def wanted(
    wish: Wish, number: int, currency: str, known: Mapping[int, dict[str, Any]]
) -> tuple[str, dict[str, Any]]:
    """The category and body of a transaction; raises NotSupported.

    Args:
        wish: What is wanted.
        number: What the register calls it.
        currency: ISO 4217, alphabetic; for a wish that names none.
        known: What the terminal called those before, by their numbers.
    """
    stamp = {"TransactionID": f"{number}", "TimeStamp": now()}
    stan = wish.stan or 0
    meant = known.get(stan, {"TransactionID": f"{stan:06d}", "TimeStamp": now()})
    original = {"OriginalPOITransaction": {"POITransactionID": meant}}
    if wish.deal in ("void", "preauth_void"):
        return "Reversal", {
            "SaleData": {"SaleTransactionID": stamp}, **original,
            "ReversalReason": "MerchantCancel",
        }  # fmt: skip
    if wish.deal == "balance":
        return "BalanceInquiry", {}
    if wish.deal not in nexo.PAYMENT_TYPES:
        raise NotSupported(f"nexo has no {wish.deal}")
    amounts: dict[str, Any] = {"Currency": currency}
    if wish.amount is not None:
        digits = Money.CURRENCIES[wish.amount.currency][1]
        amounts["Currency"] = wish.amount.currency
        amounts["RequestedAmount"] = nexo.amount(wish.amount.minor, digits)
    transaction: dict[str, Any] = {"AmountsReq": amounts}
    if wish.deal == "completion":
        transaction |= original
    return "Payment", {
        "SaleData": {"SaleTransactionID": stamp}, "PaymentTransaction": transaction,
        "PaymentData": {"PaymentType": nexo.PAYMENT_TYPES[wish.deal]},
    }  # fmt: skip


def reference(header: nexo.Header) -> dict[str, str]:
    """MessageReference: which request is meant."""
    return {
        "MessageCategory": header.category, "ServiceID": header.service,
        "SaleID": header.sale, "POIID": header.poi,
    }  # fmt: skip


def now() -> str:
    """As nexo writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
