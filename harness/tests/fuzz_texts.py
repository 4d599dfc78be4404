"""Texts and files for ``fuzz.py``: logs, card numbers, packets, images, traces, profiles."""

import random
from io import BytesIO

import yaml

from harness.drivers._console_rules import read_personality
from harness.errors import Garbled, UsageError
from harness.files import carried, fixture
from harness.links import packet
from harness.links.pcapng import PcapNg
from harness.links.scrub import scrub, scrub_seam
from harness.model.trace import Trace
from harness.model.words import WordError
from harness.report.clean import clean
from harness.tests.fuzz_codec import Codec
from harness.tests.safety.spellings import PANS, SPELT
from harness.wire import frames_profile, image, pan, pan_lines
from harness.wire.deck import Deck

RULES = read_personality(fixture("terminal", "countertop", "console.yaml"))[0]
TRACES = sorted(carried("reports", "sample").glob("*/trace.jsonl"))
ROWS = [row for path in TRACES for row in path.read_text("utf-8").splitlines()]
SAID = [str(seen["text"]) for seen in Trace.from_lines(ROWS[: len(ROWS) // 3]).of("line")]
KEY, STRANGER = image.key_of("hil"), image.key_of("stranger")
PLAIN = yaml.safe_load(fixture("frames", "mispos_bcd.yaml").read_text("utf-8"))
FRAMES = [path.read_text("utf-8") for path in sorted(fixture("frames").glob("*.yaml"))]


def _log(rng: random.Random) -> bytes:
    first = rng.randrange(len(SAID))
    return "\r\n".join(SAID[first : first + 3]).encode()


def _read_log(octets: bytes) -> None:
    for line in octets.decode("utf-8", "replace").splitlines():
        for rule in RULES:
            rule.read(line)


# --- card numbers ---------------------------------------------------------------------------


def _leak(rng: random.Random) -> bytes:
    spell = SPELT[rng.choice(sorted(SPELT))]
    return f"{rng.choice(SAID)}\n{spell(rng.choice(PANS))}\n{rng.choice(SAID)}".encode()


def _mask(octets: bytes) -> None:
    """Masked twice is masked once; a report shows no more than the trace."""
    deck = Deck()
    for text in (octets.decode("utf-8", "replace"), octets.decode("latin-1")):
        shown = pan.mask(text)
        assert pan.mask(shown) == shown
        assert not any(pan.is_pan(one) for one in shown.split() if one.isdecimal())
        deck.foreign(pan.numbers(text))
        pan_lines.mask_lines(text)
        before, _, after = text.partition("\n")
        pan_lines.mask_after(before, after)
        clean(text).encode("utf-8")


def _scrub(octets: bytes) -> None:
    """What was hidden stays hidden, and nothing changes its length."""
    piece = bytearray(octets)
    scrub(piece)
    assert len(piece) == len(octets)
    before, after = bytearray(octets[: len(octets) // 2]), bytearray(octets[len(octets) // 2 :])
    scrub_seam(before, after)
    assert len(before) + len(after) == len(octets)


def _packet(rng: random.Random) -> bytes:
    body = rng.choice(PANS).encode() + rng.randbytes(9)
    tcp = rng.randbytes(12) + b"\x50" + rng.randbytes(7)
    udp = rng.randbytes(8)
    protocol, head = rng.choice(((packet.TCP, tcp), (packet.UDP, udp), (packet.ICMP, udp)))
    return packet.ipv4(protocol, b"\x0a\0\0\1", b"\x0a\0\0\2", head + body)


def _see(octets: bytes) -> None:
    """As a gateway does, and as a capture does."""
    if not packet.is_ipv4(octets):
        raise Garbled("no IPv4")
    for up in (True, False):
        packet.flow_of(octets, up=up)
        packet.key_of(octets, up=up)
        packet.near_port(octets, up=up)
    packet.begins(octets)
    for reset in packet.resets(octets) or ():
        assert packet.is_ipv4(reset)
    packet.icmp_unreachable(octets, "too_big", b"\x0a\0\0\3", 576)
    moved = packet.readdressed(octets, source=b"\x0a\0\0\4")
    assert len(moved) == len(octets)
    seen = bytearray(octets)
    begins = packet.payload_at(octets)
    body = seen[begins:]
    scrub(body)
    seen[begins:] = body
    out = BytesIO()
    PcapNg(out, ("a", "b"), application="x", comment="y").write(0, 1.5, bytes(seen), ("z",))
    assert len(out.getvalue()) % 4 == 0


# --- files ----------------------------------------------------------------------------------


def _image(rng: random.Random) -> bytes:
    payload = rng.randbytes(rng.randrange(60))
    key = rng.choice((KEY, STRANGER))
    return image.build(payload, key=key, model="HIL-CT100", version="1.10", minimum="1.2")


def _read_image(octets: bytes) -> None:
    """Nothing raises but what says so; what is good is what was signed."""
    trusted = image.public_bytes(KEY)
    fault = image.verify(octets, trusted=trusted, model="HIL-CT100", installed="1.9")
    image.check_origin(octets, trusted=trusted)
    assert fault is not None or image.payload_of(octets) is not None
    image.inspect(octets)


def _trace(rng: random.Random) -> bytes:
    first = rng.randrange(len(ROWS) - 4)
    return "\n".join(ROWS[first : first + 4]).encode()


def _read_trace(octets: bytes) -> None:
    """A line that cannot be read ends it, and is named."""
    lines = octets.decode("utf-8", "replace").splitlines()
    trace = Trace.from_lines(lines)
    assert trace.damaged or len(trace) == sum(1 for line in lines if line.strip())
    for line in lines:
        trace = Trace.from_lines([line.replace('"n":', '"n":1,"was":', 1)])
        for seen in trace:
            str(seen)
            seen.to_line().encode("utf-8")


def _profile(rng: random.Random) -> bytes:
    return rng.choice(FRAMES).encode()


def _read_profile(octets: bytes) -> None:
    try:
        plain = yaml.load(octets.decode("utf-8", "replace"), Loader=yaml.CSafeLoader)
    except ValueError as error:  # a date or a number that is none: YAML's business, too
        raise yaml.YAMLError(str(error)) from None
    frames_profile.read_profile("x", lambda word: plain if word == "x" else PLAIN)


#: Name -> codec.
TEXTS: dict[str, Codec] = {
    "console rules": Codec(_log, _read_log, ()),
    "card numbers in texts": Codec(_leak, _mask, ()),
    "card numbers in bytes": Codec(_leak, _scrub, ()),
    "packets": Codec(_packet, _see),
    "image": Codec(_image, _read_image, (image.Unreadable,)),
    "trace": Codec(_trace, _read_trace, ()),
    "profile": Codec(_profile, _read_profile, (UsageError, WordError, yaml.YAMLError)),
}
