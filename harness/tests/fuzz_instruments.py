"""What instruments, switches and our own devices say and hear, for ``fuzz.py``."""

import json
import logging
import random
from typing import Any, cast

import h11

from harness.clock import CooperativeClock
from harness.drivers._http import _Exchange
from harness.drivers._json_lines import JsonLines
from harness.drivers.modbus_relay import Driver as ModbusRelay
from harness.drivers.pdu_snmp import Driver as PduSnmp
from harness.errors import BenchError, Garbled, PortLost
from harness.links import names
from harness.model.trace import Observation
from harness.ports.base import Chunk
from harness.tests.fuzz_codec import Codec, pieces
from harness.wire import scpi, scpi_replies, scpi_syntax

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it tells of each that it skips


class Said:
    """A port on which these bytes come in pieces, and then the other end is gone."""

    address = "sim://said"

    def __init__(self, octets: bytes, *, whole: bool = False) -> None:
        self.clock = CooperativeClock()
        self._left = [piece for piece in ((octets,) if whole else pieces(octets)) if piece]

    @property
    def readable(self) -> bool:
        return bool(self._left)

    def write(self, octets: bytes) -> None: ...

    def read(self, until: float | None = None) -> Chunk | None:
        if not self._left:
            raise PortLost("gone")
        return Chunk(0.0, self._left.pop(0))


# --- SCPI -----------------------------------------------------------------------------------

REPLIES = (
    '-113,"Undefined header;VLOT"', '+0,"No error"', "-222,Data out of range", "1.2345E+01",
    "9.91E37", "+9.9E37,1,2.5", "ON", '"LIST"', "5.000V", "#15hello", "#0rest\n", "0",
    "1;0;EEZ,BB3",
)  # fmt: skip


def _replies(rng: random.Random) -> bytes:
    return rng.choice(REPLIES).encode()


def _read_replies(octets: bytes) -> None:
    text = scpi_replies.strip(octets)
    scpi_replies.parse_string(text)
    refused = 0
    for read in (
        scpi_replies.parse_error, scpi_replies.parse_number, scpi_replies.parse_numbers,
        scpi_replies.parse_integer, scpi_replies.parse_boolean,
    ):  # fmt: skip
        try:
            read(text)
        except ValueError:
            refused += 1
    try:
        scpi_replies.parse_block(octets)
    except ValueError as error:
        if refused == 5 and not scpi_replies.parse_string(text).isalpha():
            raise Garbled(str(error)) from None


class Target:
    """Takes whatever the parser gives, and answers the queries."""

    def level(self, *_: Any) -> None: ...

    def asked(self, *_: Any) -> str:
        return "5"


TABLE = {
    "[SOURce<n>:]VOLTage[:LEVel]": scpi.Command("level", (scpi.number("V"),)),
    "[SOURce<n>:]VOLTage[:LEVel]?": scpi.Command("asked", (scpi.channels(3),)),
    "LIST:VOLTage": scpi.Command("level", (scpi.numbers("V"),)),
    "OUTPut<n>[:STATe]": scpi.Command("level", (scpi.BOOLEAN, scpi.channels(3))),
    "TRIGger:SOURce": scpi.Command("level", (scpi.choice("IMMediate", "EXTernal"),)),
    "DISPlay:TEXT": scpi.Command("level", (scpi.STRING,)),
    "*IDN?": scpi.Command("asked"),
}
MESSAGES = (
    "*IDN?;:VOLT 3.3V;VOLT?", "SOUR2:VOLT:LEV 1.2E+1 mV,(@1:3)", "OUTP1 ON,(@1,3)", "TRIG:SOUR EXT",
    "LIST:VOLT 1,2.5V,MAX,#HFF", "DISP:TEXT 'it''s \"x\"'", "VOLT? (@2)", "volt min; *idn?",
    "DISP:TEXT #15hello",
)  # fmt: skip


def _messages(rng: random.Random) -> bytes:
    return ";:".join(rng.sample(MESSAGES, rng.randrange(1, 4))).encode()


def _hear(octets: bytes) -> None:
    """The instrument's half: whatever it is told, it queues errors of the standard's numbers."""
    status = scpi.Status()
    scpi.Parser(TABLE, Target(), status).hear(octets.decode("latin-1"))
    while (told := status.next_error()) and not told.startswith(("0", "+0")):
        code, _ = scpi_replies.parse_error(told)
        assert -500 < code < 0
    for read in (scpi_syntax.read_number, scpi_syntax.read_boolean, scpi_syntax.read_text):
        try:
            read(octets.decode("latin-1"))
        except scpi_syntax.ScpiError:
            continue


# --- JSON lines, HTTP, DNS, SNMP, Modbus ----------------------------------------------------


def _json_lines(rng: random.Random) -> bytes:
    rows: tuple[dict[str, Any], ...] = (
        {"ok": True, "left": 12.5}, {"event": "packet", "host": "acquirer.example", "bytes": 60},
        {"error": "no such word"}, {"event": "entry", "stan": 7, "pan": "621234******1265"},
    )  # fmt: skip
    return b"".join(json.dumps(rng.choice(rows)).encode() + b"\n" for _ in range(3))


def _read_json_lines(octets: bytes) -> None:
    def heard(word: str, t: float, fields: dict[str, Any]) -> None:
        Observation(1, t, "network", word, fields).to_line().encode("utf-8")

    try:
        JsonLines(cast(Any, Said(octets)), heard).attend()
    except PortLost:
        return


def _http(rng: random.Random) -> bytes:
    body = json.dumps({"balance": rng.randrange(10**6), "state": "LIVE"}).encode()
    return rng.choice((
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (len(body), body),
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
        b"HTTP/1.0 404 Not Found\r\n\r\nno such outlet",
    ))  # fmt: skip


def _read_http(octets: bytes) -> None:
    talk = h11.Connection(h11.CLIENT)
    talk.send(h11.Request(method="GET", target="/", headers=[("Host", "a.example")]))
    talk.send(h11.EndOfMessage())
    answer = _Exchange(cast(Any, Said(octets)), talk, "GET /", 5.0).answer()
    assert 100 <= answer.status <= 999
    assert isinstance(answer.told, str)


def _query(rng: random.Random) -> bytes:
    return names.question(rng.choice(("acquirer.example", "a.b.c", "x" * 60)), rng.randrange(65536))


def _answer_names(octets: bytes) -> None:
    """A server raises nothing; what it answers is a message that its client can read."""
    zone = {"acquirer.example": "10.0.0.1"}
    for mode in ("answer", "unknown", "hijack"):
        found = names.answer(octets, zone, cast(Any, mode), portal="10.0.0.9")
        assert found.wire is None or len(found.wire) >= names.HEADER


class _SnmpDriver(PduSnmp):
    def read(self, octets: bytes) -> object:
        """As after a question with number 1."""
        self._port = cast(Any, Said(octets, whole=True))
        pdu = self._answer(1)
        return None if pdu is None else self._checked(pdu, "1.3.6")


def _snmp(rng: random.Random) -> bytes:
    # Message { version 0, community, GetResponse { request-id, error-status, index, varbinds } }
    binding = bytes.fromhex("300d06082b06010401819c01020101")
    body = bytes([2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, len(binding)]) + binding
    pdu = bytes([0xA2, len(body)]) + body
    inner = b"\x02\x01\x00\x04\x06public" + pdu
    return bytes([0x30, len(inner)]) + inner


def _read_snmp(octets: bytes) -> None:
    driver = _SnmpDriver(cast(Any, Said(b"")), mib="apc", outlet=1)
    driver.read(octets)


def _modbus(rng: random.Random) -> bytes:
    pdu = rng.choice((b"\x05\x00\x00\xff\x00", b"\x01\x01\x01", b"\x81\x02", b"\x85\x04"))
    return (
        rng.choice((b"\x00\x01\x00\x00", b"\x00\x02\x00\x00")) + bytes([0, len(pdu) + 1, 1]) + pdu
    )


_RELAYS = {
    framing: ModbusRelay(cast(Any, Said(b"")), framing=cast(Any, framing))
    for framing in ("tcp", "rtu")
}


def _read_modbus(octets: bytes) -> None:
    for driver in _RELAYS.values():
        driver._decoded(octets)


#: Name -> codec.
INSTRUMENTS: dict[str, Codec] = {
    "scpi replies": Codec(_replies, _read_replies),
    "scpi messages": Codec(_messages, _hear, ()),
    "json lines": Codec(_json_lines, _read_json_lines),
    "http": Codec(_http, _read_http, (BenchError,)),
    "names": Codec(_query, _answer_names, ()),
    "snmp": Codec(_snmp, _read_snmp, (BenchError,)),
    "modbus": Codec(_modbus, _read_modbus),
}
