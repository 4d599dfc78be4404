"""nexo Retailer (Sale to POI 3.x) in JSON: messages, the length prefix of its TCP, its codes.

A message is ``{"SaleToPOIRequest": {"MessageHeader": {...}, "PaymentRequest": {...}}}``, or
``SaleToPOIResponse``. Over TCP each has four bytes of length before it, high byte first, which do
not count themselves (Market Pay); over HTTP it is the body of a POST.

Source: nexo Sale to POI Protocol 3.1, as in the public terminal APIs of Adyen, Market Pay, Westpay
and Swedbank Pay: MessageHeader, Response, ErrorCondition, EventToNotify, MessageReference.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from harness.errors import Garbled

VERSION = "3.0"
LONGEST = 1 << 20  # bytes of one message
LONGEST_ID = 10  # characters of a ServiceID
PREFIX = 4  # bytes

Body = Mapping[str, Any]
Class = Literal["Service", "Device", "Event"]
Type = Literal["Request", "Response", "Notification"]


@dataclass(frozen=True, slots=True)
class Header:
    """MessageHeader.

    Attributes:
        category: MessageCategory: ``Payment``, ``Login``, ``Display`` ...
        kind: MessageType.
        service: ServiceID: what a response repeats of its request.
        sale: SaleID, the register's name.
        poi: POIID, the terminal's.
        of: MessageClass.
        device: DeviceID, of messages of the class Device.
        version: ProtocolVersion.
    """

    category: str
    kind: Type = "Request"
    service: str = ""
    sale: str = ""
    poi: str = ""
    of: Class = "Service"
    device: str = ""
    version: str = VERSION

    def plain(self) -> dict[str, str]:
        """As on the wire."""
        rows = {
            "ProtocolVersion": self.version, "MessageClass": self.of,
            "MessageCategory": self.category, "MessageType": self.kind,
            "ServiceID": self.service, "DeviceID": self.device,
            "SaleID": self.sale, "POIID": self.poi,
        }  # fmt: skip
        return {key: value for key, value in rows.items() if value}

    @classmethod
    def read(cls, plain: Any) -> "Header":
        """From plain JSON; raises Garbled."""
        if not isinstance(plain, dict):
            raise Garbled("nexo: no MessageHeader")
        texts = {key: str(value) for key, value in plain.items() if isinstance(value, str | int)}
        category, kind = texts.get("MessageCategory", ""), texts.get("MessageType", "")
        of = texts.get("MessageClass", "Service")
        if not category or kind not in ("Request", "Response", "Notification"):
            raise Garbled("nexo: a MessageHeader without category or type")
        if of not in ("Service", "Device", "Event"):
            raise Garbled("nexo: an unknown MessageClass")
        return cls(
            category, kind, texts.get("ServiceID", ""), texts.get("SaleID", ""),  # type: ignore[arg-type]
            texts.get("POIID", ""), of, texts.get("DeviceID", ""),  # type: ignore[arg-type]
            texts.get("ProtocolVersion") or VERSION,
        )  # fmt: skip

    def answered(self) -> "Header":
        """The header of the response to a request with this one."""
        return Header(
            self.category, "Response", self.service, self.sale, self.poi, self.of, self.device,
            self.version,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message; its body is not shown, for it may hold what nobody may see."""

    header: Header
    body: Body = field(default_factory=dict, repr=False)

    def plain(self) -> dict[str, Any]:
        """As on the wire."""
        kind, category = self.header.kind, self.header.category
        outer = "SaleToPOIResponse" if kind == "Response" else "SaleToPOIRequest"
        return {outer: {"MessageHeader": self.header.plain(), f"{category}{kind}": dict(self.body)}}

    @property
    def response(self) -> Body:
        """Its ``Response``; empty where it has none."""
        return at(self.body, "Response")

    @property
    def result(self) -> str:
        """``Success``, ``Partial``, ``Failure``; ``""`` where it does not say."""
        return text(self.response, "Result")

    @property
    def error(self) -> str:
        """Its ErrorCondition."""
        return text(self.response, "ErrorCondition")

    @property
    def additional(self) -> str:
        """Its AdditionalResponse."""
        return text(self.response, "AdditionalResponse")


def read_message(plain: Any) -> Message:
    """From plain JSON; raises Garbled for what is no message."""
    inner = None
    if isinstance(plain, dict):
        inner = plain.get("SaleToPOIRequest") or plain.get("SaleToPOIResponse")
    if not isinstance(inner, dict):
        raise Garbled("nexo: neither a SaleToPOIRequest nor a SaleToPOIResponse")
    header = Header.read(inner.get("MessageHeader"))
    body = inner.get(f"{header.category}{header.kind}", {})
    if not isinstance(body, dict):
        raise Garbled(f"nexo: the body of {header.category}{header.kind} is no object")
    return Message(header, body)


# --- bytes ----------------------------------------------------------------------------------


def to_json(plain: Mapping[str, Any]) -> bytes:
    """As it goes on the wire."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=float)
    return text.encode("utf-8", "backslashreplace")  # half a surrogate pair, as it was read


def from_json(octets: bytes) -> Any:
    """Plain values, fractions exact; raises Garbled."""
    try:
        return json.loads(octets, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        raise Garbled("nexo: no JSON") from None


def prefixed(octets: bytes) -> bytes:
    """With its length before it."""
    return len(octets).to_bytes(PREFIX, "big") + octets


class Deframer:
    """Messages out of a TCP stream, however it is cut."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, octets: bytes) -> list[bytes]:
        """All that are complete now; raises Garbled for a length that none has."""
        self._kept += octets
        found = []
        while len(self._kept) >= PREFIX:
            size = int.from_bytes(self._kept[:PREFIX], "big")
            if not 0 < size <= LONGEST:
                raise Garbled(f"nexo: a length of {size} bytes")
            if len(self._kept) < PREFIX + size:
                break
            found.append(bytes(self._kept[PREFIX : PREFIX + size]))
            del self._kept[: PREFIX + size]
        return found


# --- values ---------------------------------------------------------------------------------


def at(body: Any, *way: str) -> Body:
    """An object inside another; empty where there is none. Of a list, its first."""
    for step in way:
        body = body.get(step) if isinstance(body, dict) else None
        if isinstance(body, list):
            body = body[0] if body else None
    return body if isinstance(body, dict) else {}


def text(body: Body, name: str) -> str:
    """A text or number of an object; ``""`` where there is none."""
    value = body.get(name)
    return str(value) if isinstance(value, str | int | Decimal | float) else ""


def amount(minor: int, digits: int) -> Decimal:
    """As nexo writes it: in major units."""
    return Decimal(minor).scaleb(-digits)


def minor(value: Any, digits: int) -> int | None:
    """Minor units of an amount; None where it is none."""
    try:
        found = Decimal(str(value)).scaleb(digits)
        return int(found) if found == found.to_integral_value() and abs(found) < 10**15 else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


#: ErrorCondition -> (what the register knows by it, its cause where it names one).
CONDITIONS: dict[str, tuple[str, str]] = {
    "Aborted": ("failed", "cancelled"),
    "Busy": ("failed", ""),
    "Cancel": ("failed", "cancelled"),
    "DeviceOut": ("failed", ""),
    "InProgress": ("unknown", ""),
    "InsertedCard": ("failed", "card_stays"),
    "InvalidCard": ("failed", ""),  # one that is not configured, too
    "LoggedOut": ("failed", "not_signed_on"),
    "MessageFormat": ("failed", ""),
    "NotAllowed": ("failed", ""),
    "NotFound": ("failed", "original_unknown"),
    "PaymentRestriction": ("failed", ""),
    "Refusal": ("declined", "card_declined"),
    "UnavailableDevice": ("failed", ""),
    "UnavailableService": ("failed", "not_supported"),
    "UnreachableHost": ("failed", ""),  # or one that has not answered
    "WrongPIN": ("declined", "card_declined"),
}
#: EventToNotify -> what it says.
EVENTS: dict[str, str] = {
    "Abort": "the transaction is to be aborted", "BeginMaintenance": "maintenance begins",
    "CardInserted": "a card was inserted", "CardRemoved": "the card was removed",
    "Completed": "the request is completed", "CustomerLanguage": "the customer chose a language",
    "EndMaintenance": "maintenance is over", "Initialised": "initialised",
    "KeyPressed": "a key was pressed", "OutOfOrder": "out of order",
    "Reject": "a message was rejected", "SaleAdmin": "the register is to administer",
    "SaleWakeUp": "the register is to wake up", "SecurityAlarm": "security alarm",
    "Shutdown": "shutting down", "StopAssistance": "assistance is over",
}  # fmt: skip
#: Deal -> PaymentType of a Payment; the others are Reversal and BalanceInquiry.
PAYMENT_TYPES: dict[str, str] = {
    "sale": "Normal", "refund": "Refund", "preauth": "OneTimeReservation",
    "completion": "Completion",
}  # fmt: skip
