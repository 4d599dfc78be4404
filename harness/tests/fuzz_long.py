"""Long good messages for ``fuzz.py``: what a codec really reads, from its first byte to its last.

A stream needs none: many messages in a row are long. Who reads one message has a row here, with the
longest there is, where there is one.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import dns.message
import dns.rrset
from pyasn1.codec.ber import encoder
from pysnmp.proto import api

from harness.links import packet
from harness.model.trace import Observation
from harness.tests.fuzz_at import PDUS
from harness.tests.fuzz_registers import SECRET, write_packet
from harness.tests.fuzz_texts import FRAMES, KEY
from harness.wire import (
    adb_smart,
    adb_sync,
    emv,
    image,
    iso8583,
    magstripe,
    nexo,
    nexo_secure,
    stripe_flux,
    tlv,
    xmodem,
    zvt,
    zvt_files,
    zvt_serial,
)

CARD = "6212345678901265"
LONG = 1 << 14  # bytes, where nothing ends it before
GROWS = 8  # by so much it is longer than a short one


class Long(NamedTuple):
    """How a codec gets a long message.

    Attributes:
        make: A good one of about so many bytes.
        most: Bytes of the longest there is.
    """

    make: Callable[[int], bytes]
    most: int = LONG


# --- hosts and registers --------------------------------------------------------------------

_TEXTS = {59: 999, 56: 512, 57: 512, 58: 512, 62: 512}


def _iso8583(size: int) -> iso8583.Message:
    fields, left = {2: CARD, 11: "000001"}, size
    for number, most in _TEXTS.items():
        fields[number] = "x" * max(0, min(most, left))
        left -= most
    return iso8583.Message("0200", fields)


def _nexo(size: int) -> nexo.Message:
    lines = [{"Text": "INSERT CARD"}] * (size // 24)
    body = {"DisplayOutput": [{"OutputContent": {"OutputText": lines}}]}
    return nexo.Message(nexo.Header("Display", "Request", "1", "HIL", "X"), body)


def _to_json(size: int) -> bytes:
    return nexo.to_json(_nexo(size).plain())


def _sealed(size: int) -> bytes:
    return nexo.to_json(nexo_secure.seal(_to_json(size), "SaleToPOIRequest", {}, SECRET, bytes(16)))


def _fields(size: int) -> bytes:
    lines = [(0x24, tlv.build([(0x07, b"INSERT CARD")] * 5))] * (size // 70)
    return zvt.write_fields({zvt.RESULT: b"\0", zvt.TEXT: b"A" * min(999, size), 0x06:
                             tlv.build([*lines, (0x1F17, b"NO SIGNAL")])})  # fmt: skip


#: Without a card: what looking for those costs is in rows of their own.
STATUSES = [
    zvt.Apdu(zvt.INTERMEDIATE_STATUS, b"\x0a\x05"),
    zvt.Apdu(zvt.STATUS_INFORMATION, zvt.write_fields({zvt.RESULT: b"\0", zvt.TEXT: b"A" * 30})),
    zvt.Apdu(zvt.PRINT_LINE, b"\0INSERT CARD"),
    zvt.Apdu(zvt.STATUS_INFORMATION, zvt.write_fields({zvt.TEXT: b"\x10" * 30})),
]


def _stream(size: int) -> bytes:
    return b"".join(one.to_bytes() for one in STATUSES) * (size // 96)


def _line(size: int) -> bytes:
    return b"".join(map(zvt_serial.to_serial, STATUSES)) * (size // 150)


def _file(size: int) -> bytes:
    return zvt_files.write_block(zvt_files.Block(1, 2, bytes(size))).payload


# --- cards ----------------------------------------------------------------------------------


def _stripe(size: int) -> bytes:
    """A swipe after a long pause at the head: zeros."""
    bits = magstripe.encode(magstripe.track2(CARD, "4912"), leading=8 * size)
    return int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")


def _flux(size: int) -> bytes:
    bits = magstripe.encode(magstripe.track2(CARD, "4912"), leading=size // 2)
    return b"".join(round(one * 1e7).to_bytes(2, "big") for one in stripe_flux.flux_of(bits))


def _answer(size: int) -> bytes:
    rows = [(0x5A, bytes.fromhex(CARD)), (0x9F10, bytes(18))] * (size // 60)
    asked = (0x8C, bytes.fromhex("9F0206") * (size // 12))
    whole = tlv.encode(0x70, tlv.build([*rows, asked, (0x94, bytes(4 * (size // 16)))]))
    return whole + bytes(-len(whole) % 4)  # so that it is read as a locator as well


# --- instruments ----------------------------------------------------------------------------


def _messages(size: int) -> bytes:
    said = "LIST:VOLT 1,2.5V,MAX,#HFF;:DISP:TEXT 'it''s'"
    return ";:".join([said] * (size // len(said) + 1)).encode()


def _http(size: int) -> bytes:
    chunks = b"a\r\n0123456789\r\n" * (size // 15)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def _query(size: int) -> bytes:
    asked = dns.message.make_query("acquirer.example", "A", id=7)
    rows = [f"10.0.{number >> 8}.{number & 255}" for number in range(size // 16)]
    asked.additional.append(dns.rrset.from_text_list("a.example.", 1, "IN", "A", rows))
    return asked.to_wire(max_size=65535)


def _snmp(size: int) -> bytes:
    module: Any = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    pdu, message = module.GetResponsePDU(), module.Message()
    module.apiPDU.set_defaults(pdu)
    module.apiPDU.set_request_id(pdu, 1)
    rows = [("1.3.6.1.4.1.318.1", module.Integer(5))] * (size // 17 + 1)
    module.apiPDU.set_varbinds(pdu, rows)
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, "public")
    module.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def _coils(size: int) -> bytes:
    pdu = bytes([1, size]) + bytes(size)
    return b"\0\1\0\0" + (len(pdu) + 1).to_bytes(2, "big") + b"\1" + pdu


# --- texts ----------------------------------------------------------------------------------


def _packet(size: int) -> bytes:
    tcp = bytes(12) + b"\x50" + bytes(7)
    body = f"{CARD} ".encode() * (size // 17)
    return packet.ipv4(packet.TCP, b"\x0a\0\0\1", b"\x0a\0\0\2", tcp + body)


def _trace(size: int) -> bytes:
    said = {"text": "08:00:01.000 I state: ready pending=0"}
    rows = (Observation(n, n / 8, "console", "line", said) for n in range(1, size // 88 + 2))
    return "\n".join(one.to_line() for one in rows).encode()


def _profile(size: int) -> bytes:
    text = next(one for one in FRAMES if "Concert V2" in one)
    rows = "".join(f'  - {{code: "{number}", outcome: failed}}\n' for number in range(size // 32))
    return text.replace("results:\n", f"results:\n{rows}").encode()


#: Name of a codec -> how it gets a long message; the others read messages in a row.
LONGS: dict[str, Long] = {
    "iso8583": Long(lambda size: iso8583.pack(_iso8583(size)), 3000),
    "iso8583 frame": Long(lambda size: iso8583.frame(_iso8583(size))[2:], 3000),
    "iso8583 subfields": Long(lambda size: b"22000001000" + b"0" * size),
    "nexo": Long(_to_json),
    "nexo envelope": Long(_sealed),
    "zvt fields": Long(_fields),
    "xmodem": Long(
        lambda size: write_packet(xmodem.Packet(1, bytes(1024 if size > 128 else 128)), crc=True),
        1024,
    ),
    "zvt files": Long(_file),
    "zvt stream": Long(_stream),
    "zvt serial": Long(_line),
    "adb smart socket": Long(lambda size: adb_smart.text_bytes("x" * size)),
    "adb sync": Long(
        lambda size: adb_sync.to_bytes(adb_sync.Part("DATA", octets=bytes(20)), adb_sync.REQUESTS)
        * (size // 28)
    ),
    "at short messages": Long(lambda size: bytes.fromhex(PDUS[0]) + bytes(size)),
    "scpi replies": Long(lambda size: ",".join(["1.2345E+01"] * (size // 11)).encode()),
    "scpi messages": Long(_messages),
    "http": Long(_http),
    "names": Long(_query),
    "snmp": Long(_snmp),
    "modbus": Long(_coils, 250),
    "magstripe": Long(_stripe),
    "magstripe flux": Long(_flux),
    "emv reset": Long(
        lambda size: b"\x3b\x80" + b"\x80" * max(0, size - 3) + b"\0", emv.LONGEST_ATR
    ),
    "emv answers": Long(_answer),
    "emv commands": Long(lambda size: emv.Command(emv.SELECT, body=bytes(size)).to_bytes(), 255),
    "packets": Long(_packet),
    "image": Long(
        lambda size: image.build(bytes(size), key=KEY, model="HIL-CT100", version="1.10")
    ),
    "trace": Long(_trace),
    "profile": Long(_profile),
}  # fmt: skip


def long_message(name: str, valid: Callable[[random.Random], bytes], share: int) -> bytes:
    """The longest a codec reads, or a part of it.

    Args:
        name: The codec's.
        valid: Makes a good message of it.
        share: 1 for the longest, else ``GROWS`` or its square: that part of it.
    """
    if name in LONGS:
        return LONGS[name].make(LONGS[name].most // share)
    rng, found = random.Random(f"{name}/long"), b""
    while len(found) < LONG // GROWS**2:
        found += valid(rng)
    return found * (GROWS**2 // share)
