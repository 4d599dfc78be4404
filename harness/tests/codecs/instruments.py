"""Round trips of instruments and of our own devices: SCPI, JSON lines, HTTP, DNS, SNMP, Modbus."""

import json
import re
from collections.abc import Callable
from typing import Any, Literal, cast

import h11
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pymodbus.pdu import ExceptionResponse
from pymodbus.pdu.bit_message import ReadCoilsResponse, WriteSingleCoilResponse
from pysnmp.proto import api

from harness.drivers._http import _Exchange
from harness.drivers._json_lines import JsonLines
from harness.drivers.modbus_relay import Driver as ModbusRelay
from harness.drivers.pdu_snmp import VERSIONS
from harness.drivers.pdu_snmp import Driver as PduSnmp
from harness.errors import Garbled, PortLost
from harness.links import names
from harness.tests.codecs.trip import Elsewhere, Table, Trip, octets
from harness.tests.fuzz_instruments import Said
from harness.wire import scpi, scpi_replies, scpi_syntax

# --- SCPI -----------------------------------------------------------------------------------

_PRINTED = st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=40)
_ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
_QUOTES = st.sampled_from("'\"")
_FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-9.8e37, max_value=9.8e37)
_NUMBERS = st.one_of(
    _FINITE.map(lambda one: (one, f"{one!r}")),  # NR2, or NR3 where it has an exponent
    _FINITE.map(lambda one: (float(f"{one:+.8E}"), f"{one:+.8E}")),
    st.integers(-(10**15), 10**15).map(lambda one: (float(one), f"{one:+d}")),
    st.integers(0, 9999).map(lambda one: (float(one), f"{one}.")),
)


def _quoted(row: tuple[str, str]) -> bytes:
    quote, text = row
    return f"{quote}{text.replace(quote, quote * 2)}{quote}".encode("latin-1")


def _read(parse: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda said: parse(said.decode("latin-1"))


_QUEUED = st.tuples(st.integers(-499, 999).filter(bool), _PRINTED)


def _queue(row: tuple[int, str]) -> bytes:
    status = scpi.Status()
    status.add(scpi_syntax.ScpiError(*row))
    return status.next_error().encode("latin-1")


def _instrument(row: tuple[int, str]) -> tuple[int, str]:
    """What an error says: a maker's own number has the maker's own text."""
    error = scpi_syntax.ScpiError(*row)
    return error.code, error.text


class _Heard:
    """An instrument that keeps what it was told."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def take(self, *row: Any) -> None:
        self.rows.append(row)


_TABLE = {
    "[SOURce<n>:]VOLTage[:LEVel]": scpi.Command(
        "take", (scpi.number("V"), scpi.channels(9999)), ("volts",)
    ),
    "DISPlay:TEXT": scpi.Command("take", (scpi.STRING,), ("text",)),
    "LIST:VOLTage": scpi.Command("take", (scpi.numbers("V"),), ("list",)),
    "OUTPut<n>": scpi.Command("take", (scpi.BOOLEAN,), ("on",)),
}
_LISTS = st.lists(st.integers(1, 9999), min_size=1, max_size=5, unique=True).map(tuple)
_VOLTS = st.floats(0, 1e6)
_ROWS = st.one_of(
    st.tuples(st.just("volts"), st.integers(1, 999), _VOLTS, st.none() | _LISTS),
    st.tuples(st.just("text"), _ASCII),
    st.tuples(st.just("list"), st.lists(_VOLTS, min_size=1, max_size=9).map(tuple)),
    st.tuples(st.just("on"), st.integers(1, 999), st.booleans()),
)
_SPELT: dict[str, Callable[..., str]] = {
    "volts": lambda number, volts, listed: (
        f":SOUR{number}:VOLT:LEV {volts!r} V"
        + (f",(@{','.join(map(str, listed))})" if listed else "")
    ),
    "text": lambda text: ":DISPLAY:TEXT " + _quoted(('"', text)).decode("latin-1"),
    "list": lambda volts: f":list:volt {', '.join(map(repr, volts))}",
    "on": lambda number, on: f":OUTP{number} {'ON' if on else 0}",
}


def _told(rows: list[tuple[Any, ...]]) -> bytes:
    return "; ".join(_SPELT[row[0]](*row[1:]) for row in rows).encode("latin-1")


def hear(octets: bytes) -> list[tuple[Any, ...]]:
    """What an instrument's methods were called with; raises Garbled for an error."""
    heard, status = _Heard(), scpi.Status()
    scpi.Parser(_TABLE, heard, status).hear(octets.decode("latin-1"))
    if status.errors:
        raise Garbled(status.next_error())
    return heard.rows


# --- JSON lines, HTTP, DNS ------------------------------------------------------------------

_PLAIN: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.text(max_size=20),
    st.floats(allow_nan=False, allow_infinity=False), st.lists(st.text(max_size=4), max_size=3),
)  # fmt: skip
_FIELDS = st.dictionaries(st.text(max_size=9).filter(lambda key: key != "event"), _PLAIN)
_EVENTS = st.lists(st.tuples(st.text(max_size=12), _FIELDS), max_size=4)


def _lines(rows: list[tuple[str, dict[str, Any]]]) -> bytes:
    return b"".join(json.dumps({"event": word, **fields}).encode() + b"\n" for word, fields in rows)


def _heard_lines(octets: bytes) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    lines = JsonLines(cast(Any, Said(octets)), lambda word, _, fields: found.append((word, fields)))
    try:
        lines.attend()
    except PortLost:
        return found
    return found


_TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
_HEADERS = st.dictionaries(_TOKENS.map(lambda name: f"x-{name}"), _VALUES, max_size=4)
_ANSWERS = st.tuples(st.integers(200, 599).filter(lambda code: code not in (204, 304)), _HEADERS,
                     octets(0, 1, 65536), st.booleans())  # fmt: skip


def _served(row: tuple[int, dict[str, str], bytes, bool]) -> bytes:
    """By h11's server, with a length or in chunks."""
    status, headers, body, chunked = row
    talk = h11.Connection(h11.SERVER)
    talk.receive_data(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    while not isinstance(talk.next_event(), h11.EndOfMessage):
        pass
    size = [] if chunked else [("Content-Length", str(len(body)))]
    answer = h11.Response(status_code=status, headers=[*headers.items(), *size])
    said = talk.send(answer) or b""
    for at in range(0, len(body), 1000):
        said += talk.send(h11.Data(data=body[at : at + 1000])) or b""
    return said + (talk.send(h11.EndOfMessage()) or b"")


def _fetched(octets: bytes) -> tuple[int, dict[str, str], bytes, bool]:
    talk = h11.Connection(h11.CLIENT)
    talk.send(h11.Request(method="GET", target="/", headers=[("Host", "a.example")]))
    talk.send(h11.EndOfMessage())
    answer = _Exchange(cast(Any, Said(octets)), talk, "GET /", 5.0).answer()
    own = {key: value for key, value in answer.headers.items() if key.startswith("x-")}
    return answer.status, own, answer.body, "transfer-encoding" in answer.headers


_LABELS = st.from_regex(re.compile(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", re.ASCII), fullmatch=True)
_HOSTS = st.lists(_LABELS, min_size=1, max_size=5).map(".".join) | st.just(
    ".".join(["x" * 63] * 3 + ["y" * 61])  # the longest: 253 signs (RFC 1035, 2.3.4)
)
_ADDRESSES = st.ip_addresses(v=4).map(str)
_NUMBER = st.integers(0, 65535)
_LOOKED_UP = st.tuples(_HOSTS, _NUMBER, _ADDRESSES)


def _asked(query: bytes) -> tuple[str, int]:
    return names.answer(query, {}, "silent").host, int.from_bytes(query[:2], "big")


def _replied(row: tuple[str, int, str]) -> bytes:
    """What the name's server answers the client's question."""
    host, number, address = row
    return names.answer(names.question(host, number), {host: address}).wire or b""


def _address(reply: bytes) -> str | None:
    return names.reading(reply, int.from_bytes(reply[:2], "big"))


# --- SNMP, Modbus ---------------------------------------------------------------------------


class _Strip(PduSnmp):
    """Reads what an agent's answer says."""

    def read(self, octets: bytes) -> int:
        self._port = cast(Any, Said(octets, whole=True))
        return int(self._checked(self._answer(1), "1.3.6"))


_WIDTHS = st.integers(-(2**31), 2**31 - 1) | st.sampled_from([0, 127, 128, 255, 256, 65535])


def _snmp(version: Literal["1", "2c"]) -> Trip:
    """An agent's answer to question 1: a value of every width of BER's INTEGER."""
    module: Any = api.PROTOCOL_MODULES[VERSIONS[version]]
    driver = _Strip(cast(Any, Said(b"")), mib="apc", outlet=1, version=version)

    def write(value: int) -> bytes:
        pdu, message = module.GetResponsePDU(), module.Message()
        module.apiPDU.set_defaults(pdu)
        module.apiPDU.set_request_id(pdu, 1)
        module.apiPDU.set_varbinds(pdu, [("1.3.6.1.4.1.318.1", module.Integer(value))])
        module.apiMessage.set_defaults(message)
        module.apiMessage.set_community(message, "public")
        module.apiMessage.set_pdu(message, pdu)
        return bytes(encoder.encode(message))

    return Trip(_WIDTHS, write, driver.read, "")


_REFUSED = st.tuples(st.just("refused"), st.integers(1, 11))
_COILS = st.tuples(st.just("coil"), st.integers(0, 0xFFFF), st.booleans())
_BITS = st.tuples(st.just("bits"), st.lists(st.booleans(), min_size=1, max_size=2000))


def _modbus(framing: str) -> Trip:
    relay = ModbusRelay(cast(Any, Said(b"")), framing=cast(Any, framing), coil=0, unit=1)

    def write(row: tuple[Any, ...]) -> bytes:
        made: dict[str, Callable[..., Any]] = {
            "refused": lambda code: ExceptionResponse(1, code),
            "coil": lambda coil, on: WriteSingleCoilResponse(address=coil, bits=[on]),
            "bits": lambda bits: ReadCoilsResponse(bits=bits),
        }
        answer = made[row[0]](*row[1:])
        answer.dev_id, answer.transaction_id = 1, 0
        return relay._framer.buildFrame(answer)

    def read(octets: bytes) -> tuple[Any, ...]:
        used, answer = relay._decoded(octets)
        if answer is None or used != len(octets):
            raise Garbled("not whole")
        if isinstance(answer, ExceptionResponse):
            return "refused", answer.exception_code
        if isinstance(answer, WriteSingleCoilResponse):
            return "coil", answer.address, answer.bits[0]
        return "bits", answer.bits

    def padded(row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Bits come in whole bytes."""
        if row[0] != "bits":
            return row
        return "bits", row[1] + [False] * (-len(row[1]) % 8)

    return Trip((_REFUSED | _COILS | _BITS).map(padded), write, read, "")


INSTRUMENTS: Table = {
    "scpi replies": (
        Trip(_NUMBERS, lambda row: row[1].encode(), _read(scpi_replies.parse_number), "",
             lambda row: row[0]),
        Trip(st.tuples(_QUOTES, _PRINTED), _quoted, _read(scpi_replies.parse_string), "",
             lambda row: row[1]),
        Trip(_QUEUED, _queue, _read(scpi_replies.parse_error), "", _instrument),
        Elsewhere("wire/test_scpi_replies.py::test_a_block_is_read_back"),
    ),
    "scpi messages": (Trip(st.lists(_ROWS, max_size=5), _told, hear, ""),),
    "json lines": (Trip(_EVENTS, _lines, _heard_lines, ""),),
    "http": (Trip(_ANSWERS, _served, _fetched, ""),),
    "names": (
        Trip(st.tuples(_HOSTS, _NUMBER), lambda row: names.question(*row), _asked, ""),
        Trip(_LOOKED_UP, _replied, _address, "", lambda row: row[2]),
    ),
    "snmp": (_snmp("1"), _snmp("2c")),
    "modbus": (_modbus("tcp"), _modbus("rtu")),
}  # fmt: skip
