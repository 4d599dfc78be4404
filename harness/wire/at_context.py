"""Data contexts: +CGDCONT, +CGACT, +CGPADDR, +CGCONTRDP (3GPP TS 27.007, 10.1)."""

import ipaddress
import re
from dataclasses import dataclass

from harness.wire.at_fields import fields_of, numbers_of


@dataclass(frozen=True, slots=True)
class PdpContext:
    """A context, as defined (+CGDCONT) or in force (+CGCONTRDP: ``kind`` is empty).

    Attributes:
        cid: Its number.
        kind: ``IP``, ``IPV6``, ``IPV4V6`` ...
        apn: The access point.
        address: The terminal's own, ``""`` without one.
    """

    cid: int
    kind: str
    apn: str = ""
    address: str = ""


def cgdcont(line: str) -> PdpContext | None:
    """+CGDCONT: cid,type,apn,address,.. (10.1.1)."""
    fields = fields_of(line, "+CGDCONT")
    if not fields or fields[0].number is None or len(fields) < 2:
        return None
    texts = [field.text for field in fields] + ["", ""]
    return PdpContext(fields[0].number, texts[1], texts[2], texts[3])


def cgact(line: str) -> tuple[int, bool] | None:
    """+CGACT: cid,state (10.1.10)."""
    values = numbers_of(fields_of(line, "+CGACT") or [], 2)
    return (values[0], values[1] == 1) if values else None


def cgpaddr(line: str) -> tuple[int, str] | None:
    """+CGPADDR: cid,address (10.1.14); the address may be quoted, 0.0.0.0 or absent."""
    fields = fields_of(line, "+CGPADDR")
    if not fields or fields[0].number is None:
        return None
    address = fields[1].text if len(fields) > 1 else ""
    return fields[0].number, "" if address == "0.0.0.0" else address  # noqa: S104 - no bind


def cgcontrdp(line: str) -> PdpContext | None:
    """+CGCONTRDP: cid,bearer,apn,address and mask,.. (10.1.23); what is behind may be missing."""
    fields = fields_of(line, "+CGCONTRDP")
    if not fields or fields[0].number is None or len(fields) < 3:
        return None
    own = address(fields[3].text) if len(fields) > 3 else None
    return PdpContext(fields[0].number, "", fields[2].text, own or "")


#: How many bytes are written -> how many of them are the address; the rest is its mask.
_LENGTHS = {4: 4, 8: 4, 16: 16, 32: 16}


def address(text: str) -> str | None:
    """An address as +CGPADDR and +CGCONTRDP write it; None for none, or for nonsense.

    IPv4 with its mask glued to it (since 27.007 v9.4), IPv6 as 16 bytes with dots between, or in
    its usual form where +CGPIAF set that.
    """
    bare = re.split(r"[ /]", text.strip(), maxsplit=1)[0]
    try:
        if ":" in bare:
            found = ipaddress.ip_address(bare)
        else:
            numbers = bytes(int(part) for part in bare.split(".") if part.isascii())
            found = ipaddress.ip_address(numbers[: _LENGTHS[len(numbers)]])
    except (ValueError, KeyError):
        return None
    return None if found.is_unspecified else str(found)
