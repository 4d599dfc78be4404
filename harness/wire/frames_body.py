"""What stands in a frame: fields at fixed places, or JSON, by description.

A value is a text for everybody who uses a body: digits of an amount in minor units, a trace number,
an order number. How it is written on the wire is the field's business.
"""

import codecs
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from harness.errors import Garbled

Values = Mapping[str, str]
UTF_8 = "utf-8"


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: What we call it; ``""`` for one that only has a ``value``.
        kind: ``text`` (blanks behind), ``digits`` (zeros before), ``bcd``, ``binary`` (high byte
            first); in JSON also ``decimal`` (an amount in major units) and ``flag``.
        size: Bytes; 0 for the last one of all, which has what is left. Not in JSON.
        at: Where it is in JSON: ``biz_data.order_amount``.
        value: What it is where nobody says otherwise.
    """

    name: str = ""
    kind: Literal["text", "digits", "bcd", "binary", "decimal", "flag"] = "text"
    size: int = 0
    at: str = ""
    value: str = ""

    def write(self, text: str, encoding: str = UTF_8) -> bytes:
        """At its fixed place; raises ValueError when it does not fit."""
        if self.kind in ("bcd", "binary", "digits"):
            number = int(text or "0")
            if self.kind == "binary":
                return number.to_bytes(self.size, "big")
            digits = f"{number:0{self.size * (2 if self.kind == 'bcd' else 1)}d}"
            octets = bytes.fromhex(digits) if self.kind == "bcd" else digits.encode()
        else:
            octets = text.encode(encoding).ljust(self.size)
        if self.size and len(octets) != self.size:
            raise ValueError(f"{self.name or 'a field'} does not fit into {self.size} bytes")
        return octets

    def text(self, octets: bytes, encoding: str = UTF_8) -> str:
        """From its fixed place; raises Garbled for what is none of its kind."""
        if self.kind == "binary":
            return str(int.from_bytes(octets, "big"))
        if self.kind == "text":
            return octets.decode(encoding, "replace").rstrip("\0 ")
        text = octets.hex() if self.kind == "bcd" else octets.decode("latin-1").strip()
        if text and not (text.isascii() and text.isdecimal()):
            raise Garbled(f"frames: {self.name} is no number")
        return str(int(text)) if text else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A body.

    Attributes:
        fields: In order.
        json: Whether it is a JSON object.
        encoding: Of texts at fixed places, as Python calls it; JSON is UTF-8 (RFC 8259).
    """

    fields: tuple[Field, ...]
    json: bool = False
    encoding: str = UTF_8

    def __post_init__(self) -> None:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError(f"encoding: {self.encoding!r} seen, wanted e.g. gbk") from None
        for field in self.fields:
            if self.json and not field.at:
                raise ValueError(f"{field.name or 'a field'} needs `at`, its place in the JSON")
            if not self.json and not field.size and field is not self.fields[-1]:
                raise ValueError(f"{field.name or 'a field'} needs a size")
            if not self.json and field.kind in ("decimal", "flag"):
                raise ValueError(f"{field.kind} is a kind of JSON")

    @property
    def size(self) -> int | None:
        """Bytes; None where it can have any number."""
        sizes = [field.size for field in self.fields]
        return None if self.json or 0 in sizes else sum(sizes)

    def encode(self, values: Values, digits: int = 2) -> bytes:
        """A body; raises ValueError for a value that does not fit.

        Args:
            values: By name; what is not named is what the description says.
            digits: Of the currency, behind the point.
        """
        if self.json:
            return self._write_json(values, digits)
        return b"".join(
            field.write(values.get(field.name, field.value), self.encoding) for field in self.fields
        )

    def decode(self, octets: bytes, digits: int = 2) -> dict[str, str]:
        """The values by name; raises Garbled for what is no such body."""
        if self.json:
            return self._read_json(octets, digits)
        if self.size is not None and len(octets) != self.size:
            raise Garbled(f"frames: {len(octets)} bytes, {self.size} are wanted")
        found, at = {}, 0
        for field in self.fields:
            piece = octets[at : at + field.size] if field.size else octets[at:]
            if len(piece) < field.size:
                raise Garbled(f"frames: {field.name} is cut off")
            if field.name:
                found[field.name] = field.text(piece, self.encoding)
            at += len(piece)
        return found

    # --- JSON ---

    def _write_json(self, values: Values, digits: int) -> bytes:
        told: dict[str, Any] = {}
        for field in self.fields:
            text = values.get(field.name, field.value)
            if text == "":
                continue
            *way, last = field.at.split(".")
            place = told
            for step in way:
                place = place.setdefault(step, {})
            place[last] = _to_json(field, text, digits)
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")  # half a surrogate pair

    def _read_json(self, octets: bytes, digits: int) -> dict[str, str]:
        try:
            plain = json.loads(octets)
        except (ValueError, RecursionError):
            raise Garbled("frames: no JSON") from None
        if not isinstance(plain, dict):
            raise Garbled("frames: no JSON object")
        found = {}
        for field in self.fields:
            value = _at(plain, field.at.split("."))
            if field.name and isinstance(value, str | int | float | bool):
                found[field.name] = _from_json(field, str(value), digits)
        return found


def _at(plain: Any, way: Sequence[str]) -> Any:
    for step in way:
        plain = plain.get(step) if isinstance(plain, dict) else None
    return plain


def _to_json(field: Field, text: str, digits: int) -> str | bool:
    if field.kind == "flag":
        return text == "true"
    if field.kind == "decimal":
        return f"{Decimal(int(text)).scaleb(-digits):f}"
    return text


def _from_json(field: Field, text: str, digits: int) -> str:
    if field.kind == "decimal":
        try:
            minor = Decimal(text).scaleb(digits)
        except InvalidOperation:
            raise Garbled(f"frames: {field.name} is no amount") from None
        if not minor.is_finite() or abs(minor) > 10**15 or minor != minor.to_integral_value():
            raise Garbled(f"frames: {field.name} is no amount")
        return str(int(minor))
    if field.kind in ("digits", "bcd", "binary"):
        if not (text.isascii() and text.isdecimal() and len(text) <= 18):
            raise Garbled(f"frames: {field.name} is no number")
        return str(int(text))
    return text
