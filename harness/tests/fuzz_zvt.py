"""ZVT's codecs for ``fuzz.py``: fields, messages, streams and serial lines."""

import random
import re
from collections.abc import Callable

from harness.drivers._zvt_report import Dialogue, Reporter
from harness.errors import Garbled
from harness.tests.fuzz_codec import Codec
from harness.wire import tlv, zvt, zvt_files, zvt_messages, zvt_serial

CARD = "6212345678901265"
ALONE = re.compile(rf"(?<!\d){CARD}(?!\d)")  # in a longer row of digits it is no card number


def _objects(rng: random.Random) -> bytes:
    lines = tlv.build([(0x07, rng.randbytes(rng.randrange(20))), (0x09, b"\x81")])
    rows = [
        (0x1F16, b"\x01\x06"), (0x1F17, b"NO SIGNAL"), (0x1F55, rng.randbytes(2)), (0x24, lines),
        (0x1F1F, rng.randbytes(2)), (0x25, lines), (0x1F09, bytes.fromhex(CARD)),
    ]  # fmt: skip
    return tlv.build(rng.sample(rows, rng.randrange(len(rows))))


def _fields(rng: random.Random) -> bytes:
    rows = {
        zvt.RESULT: rng.randbytes(1), zvt.AMOUNT: zvt.bcd(rng.randrange(10**12), 6),
        zvt.TRACE: zvt.bcd(rng.randrange(10**6), 3), zvt.PAN: bytes.fromhex(CARD),
        zvt.TRACK_2: bytes.fromhex(CARD + "D49122010000"), zvt.TEXT: b"GEN.NR.:611804",
        zvt.CARD_NAME: b"CARD\0", zvt.RECEIPT: zvt.bcd(rng.randrange(10**4), 2),
        zvt.SINGLE_TOTALS: bytes(53), zvt.TLV_CONTAINER: _objects(rng),
    }  # fmt: skip
    chosen = rng.sample(sorted(rows), rng.randrange(1, len(rows)))
    return zvt.write_fields({tag: rows[tag] for tag in chosen})


def _message(rng: random.Random) -> zvt.Apdu:
    made: list[Callable[[], zvt.Apdu]] = [
        lambda: zvt.Apdu(zvt.STATUS_INFORMATION, _fields(rng)),
        lambda: zvt.Apdu(
            zvt.INTERMEDIATE_STATUS,
            rng.randbytes(1) + b"\x05" + zvt.write_fields({zvt.TLV_CONTAINER: _objects(rng)}),
        ),
        lambda: zvt.Apdu(zvt.ABORT_BY_PT, bytes([rng.randrange(0x6F)]) + _fields(rng)),
        lambda: zvt_messages.write_status_answer(rng.randrange(256), "1.04", _fields(rng)),
        lambda: zvt_messages.write_print_line(f"CARD {CARD}", last=rng.random() < 0.5),
        lambda: zvt_messages.write_print_block(["A", f"CARD {CARD}", ""] * rng.randrange(20), 1),
        lambda: zvt.ACK, lambda: zvt.refuse(rng.randrange(256)),
    ]  # fmt: skip
    return rng.choice(made)()


def _stream(rng: random.Random) -> bytes:
    return b"".join(_message(rng).to_bytes() for _ in range(rng.randrange(1, 4)))


def _line(rng: random.Random) -> bytes:
    return b"".join(
        zvt_serial.to_serial(_message(rng)) + rng.choice((b"\x06", b"\x15", b""))
        for _ in range(rng.randrange(1, 4))
    )


def _read_fields(octets: bytes) -> None:
    fields = zvt.read_fields(octets)
    _ = (fields.pan(), fields.text(zvt.TEXT), fields.byte(zvt.RESULT))
    assert CARD not in repr(fields)
    for tag in (zvt.AMOUNT, zvt.TRACE, zvt.RECEIPT):
        fields.number(tag)
    fields.tlv(0x1F17)
    if zvt.SINGLE_TOTALS in fields:
        zvt_messages.read_totals(fields.values[zvt.SINGLE_TOTALS])


def _read(apdu: zvt.Apdu) -> None:
    """As a register's driver does, to its last word."""
    told: list[str] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: object) -> None:
        told.append(f"{kind} {fields}")

    talk, reporter = Dialogue(), Reporter(observe)
    try:
        reporter.take(apdu, 0.0, talk)
        reporter.take(zvt.Apdu(zvt.COMPLETION), 0.0, talk)
        if apdu.command == zvt.COMPLETION:
            reporter.terminal_status(apdu.payload, 0.0, talk)
    finally:
        shown = [*told, repr(apdu), repr(talk), repr(talk.sale())]
        assert not any(ALONE.search(one) for one in shown)


def _read_stream(octets: bytes) -> None:
    deframer = zvt.Deframer()
    half = len(octets) // 2
    for piece in (octets[:half], octets[half:]):
        for apdu in deframer.feed(piece):
            _read(apdu)


def _read_line(octets: bytes) -> None:
    """What a station hears, however the line lies."""
    station = zvt_serial.Station()
    half = len(octets) // 2
    said = station.feed(octets[:half], 0.0) + station.feed(octets[half:], 0.1) + station.late(1.0)
    if not station.heard and said:
        raise Garbled("refused")
    for apdu in station.heard:
        _read(apdu)


def _files(rng: random.Random) -> bytes:
    block = zvt_files.Block(rng.randrange(256), rng.randrange(1 << 32), rng.randbytes(30))
    sizes = {number: rng.randrange(1 << 32) for number in range(rng.randrange(1, 4))}
    return rng.choice((
        zvt_files.write_list(b"\x01\x23\x45", sizes), zvt_files.write_request(block),
        zvt_files.write_block(block),
    )).payload  # fmt: skip


def _read_files(octets: bytes) -> None:
    refused = 0
    for read in (
        lambda: zvt_files.read_list(zvt.read_fields(octets[zvt_files.PASSWORD :])),
        lambda: zvt_files.read_block(octets),
    ):
        try:
            read()
        except Garbled:
            refused += 1
    if refused == 2:
        raise Garbled("in no direction")


#: Name -> codec.
ZVT: dict[str, Codec] = {
    "zvt fields": Codec(_fields, _read_fields),
    "zvt files": Codec(_files, _read_files),
    "zvt stream": Codec(_stream, _read_stream),
    "zvt serial": Codec(_line, _read_line),
}
