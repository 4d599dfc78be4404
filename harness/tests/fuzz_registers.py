"""Rows of ``fuzz.py`` for the registers' protocols of frames and of nexo.

In a stream a spoilt message is no error: the decoder goes on. So here a stream is read in pieces,
by decoder, by both ends of a line, and by whoever reads the bodies that come out.
"""

import random

from harness.errors import Garbled
from harness.files import fixture, read_plain
from harness.tests.fuzz_codec import Codec
from harness.wire import nexo, nexo_secure, xmodem
from harness.wire.checks import CHECKS
from harness.wire.frames import Frame
from harness.wire.frames_decoder import Decoder
from harness.wire.frames_line import Heard
from harness.wire.frames_numbered import make_line
from harness.wire.frames_profile import Profile, read_profile

CARD = "9999990000000014"
SECRET = nexo_secure.Secret("fuzz", "fuzz")


def profile(word: str) -> Profile:
    """A protocol by its word."""
    return read_profile(word, lambda one: read_plain(fixture("frames", f"{one}.yaml")))


def _frames(word: str) -> Codec:
    """Requests and answers of a profile, in one stream."""
    own = profile(word)

    def values(rng: random.Random) -> dict[str, str]:
        deal = rng.choice(sorted(own.deals))
        return {
            "amount": f"{rng.randrange(10**8)}", "currency": "978", "alpha": "EUR", "pos": "1",
            "order": f"HIL{rng.randrange(10**9)}", "code": rng.choice(own.results).code,
            "stan": f"{rng.randrange(10**6)}", "receipt": "7", "auth": "123456",
            "text": "E106 NO SIGNAL", "mode": "1", "private": "0000000001", **own.deals[deal],
        }  # fmt: skip

    def valid(rng: random.Random) -> bytes:
        head = bytes([0, rng.randrange(3), rng.randrange(1, 4)])[: own.frame.head]
        ask = own.frame.encode(own.ask.encode(values(rng)), head)
        answer = own.frame.encode(own.answers[0].encode(values(rng)), head)
        signs = rng.choice([b"", b"\x05", b"\x06", b"\x05\x06"])
        return signs + ask + signs + answer

    def feed(octets: bytes) -> None:
        decoder = Decoder(own.frame, own.handshake.signs)
        ends = [make_line(own.frame, own.handshake, register=one) for one in (True, False)]
        ends[0].send(b"{}", 0.0)
        half, events = len(octets) // 2, []
        items = [*decoder.feed(octets[:half]), *decoder.feed(octets[half:]), *decoder.give_up()]
        for now, piece in enumerate((octets[:half], octets[half:])):
            for end in ends:
                events += end.feed(piece, float(now)) + end.pass_time(now + 0.5)
                end.take()
        bodies = [item.body for item in items if isinstance(item, Frame)]
        for body in bodies + [event.body for event in events if isinstance(event, Heard)]:
            _read_body(own, body)

    return Codec(valid, feed)


def _read_body(own: Profile, body: bytes) -> None:
    for read in (own.read_answer, own.ask.decode):
        try:
            values = read(body, 2)
        except Garbled:
            continue
        own.result(values)
        own.meaning(values)


def _message(rng: random.Random) -> bytes:
    category = rng.choice(["Payment", "Reversal", "TransactionStatus", "Display", "Diagnosis"])
    kinds: list[nexo.Type] = ["Request", "Response"]
    kind = rng.choice(kinds)
    told = nexo.amount(rng.randrange(10**6), 2)
    number = {"TransactionID": f"{rng.randrange(10**6):06d}", "TimeStamp": "2026-03-02T08:00:00Z"}
    body = {
        "Response": {"Result": rng.choice(["Success", "Failure"]), "ErrorCondition": "Refusal"},
        "POIData": {"POITransactionID": number},
        "PaymentResult": {"AmountsResp": {"AuthorizedAmount": told}},
        "DisplayOutput": [{"OutputContent": {"OutputText": [{"Text": "INSERT CARD"}]}}],
    }
    return nexo.to_json(nexo.Message(nexo.Header(category, kind, "1", "HIL", "X"), body).plain())


def _read_message(octets: bytes) -> None:
    message = nexo.read_message(nexo.from_json(octets))
    _ = (message.result, message.error, message.additional, repr(message))
    told = nexo.at(message.body, "PaymentResult", "AmountsResp").get("AuthorizedAmount")
    nexo.minor(told, 2)
    nexo.text(nexo.at(message.body, "DisplayOutput", "OutputContent", "OutputText"), "Text")
    nexo.to_json(message.plain())


def _stream(rng: random.Random) -> bytes:
    return b"".join(nexo.prefixed(_message(rng)) for _ in range(2))


def _read_stream(octets: bytes) -> None:
    deframer, half = nexo.Deframer(), len(octets) // 2
    for piece in (octets[:half], octets[half:]):
        for one in deframer.feed(piece):
            _read_message(one)


def _sealed(rng: random.Random) -> bytes:
    sealed = nexo_secure.seal(_message(rng), "SaleToPOIRequest", {}, SECRET, rng.randbytes(16))
    return nexo.to_json(sealed)


def write_packet(packet: xmodem.Packet, *, crc: bool) -> bytes:
    """A packet as senders write it: 128 bytes or 1024, number and complement, check."""
    start = next(start for start, size in xmodem.SIZES.items() if size == len(packet.content))
    check = CHECKS["crc16_xmodem"](packet.content) if crc else sum(packet.content) & 0xFF
    head = bytes([start, packet.number, packet.number ^ 0xFF])
    return head + packet.content + check.to_bytes(2 if crc else 1, "big")


def read_packet(octets: bytes, *, crc: bool) -> xmodem.Packet:
    """As a receiver does, which asks how many bytes it must wait for; raises Garbled."""
    size = xmodem.size_of(octets[0], crc=crc) if octets else 0
    packet = xmodem.read(octets, crc=crc) if size == len(octets) and size else None
    if packet is None:
        raise Garbled("no packet")
    return packet


def _packet(rng: random.Random) -> bytes:
    content = rng.randbytes(rng.choice(list(xmodem.SIZES.values())))
    return write_packet(xmodem.Packet(rng.randrange(256), content), crc=rng.random() < 0.5)


def _read_packet(octets: bytes) -> None:
    refused = 0
    for crc in (True, False):
        try:
            read_packet(octets, crc=crc)
        except Garbled:
            refused += 1
    if refused == 2:
        raise Garbled("neither with a CRC nor with a sum")


#: Name -> codec.
REGISTERS: dict[str, Codec] = {
    **{f"frames {word}": _frames(word) for word in ("concert", "mispos_bcd", "codepay")},
    "xmodem": Codec(_packet, _read_packet),
    "nexo": Codec(_message, _read_message),
    "nexo stream": Codec(_stream, _read_stream),
    "nexo envelope": Codec(
        _sealed, lambda octets: nexo_secure.unseal(nexo.from_json(octets), SECRET)
    ),
}
