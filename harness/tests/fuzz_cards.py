"""Cards for ``fuzz.py``: stripes as bits and as flux, answers to reset, APDUs, EMV's lists."""

import random

from harness.errors import Garbled
from harness.tests.fuzz_codec import Codec
from harness.wire import emv, magstripe, stripe_flux, tlv

CARD = "6212345678901265"
ATRS = (
    "3B6500000063CB6800", "3B00", "3BDB960080B1FE451F830031C064C30801000F90009B",
    "3F650000006AA20101", "3B9F11406049524445544F204143532056312E32",
)  # fmt: skip


def _packed(bits: str) -> bytes:
    return int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")


def _bits(octets: bytes) -> str:
    return f"{int.from_bytes(octets, 'big'):b}"[1:]


def _stripe(rng: random.Random) -> bytes:
    track = rng.choice(list(magstripe.TRACKS))
    texts = {
        1: f"B{CARD}^TEST/HIL^4912201", 2: magstripe.track2(CARD, "4912"),
        3: f"01{CARD}=724978000000000000003030000020204912==1=0",
    }  # fmt: skip
    bits = magstripe.encode(texts[track], track=track, leading=rng.randrange(4, 30))
    return _packed(bits[:: rng.choice((1, -1))])


def _read_stripe(octets: bytes) -> None:
    """As bits and as reversals of flux; what spoils a good stripe spoils any, or refuses it."""
    bits = _bits(octets)
    for track in magstripe.TRACKS:
        swipe = magstripe.decode(bits, track=track)
        assert not (swipe.text and swipe.fault)
        magstripe.has_chip(magstripe.service_of(swipe.text))
        if swipe.text:
            assert magstripe.decode(magstripe.encode(swipe.text, track=track), track=track) == swipe
    how = stripe_flux.SPOILT[len(bits) % len(stripe_flux.SPOILT)]
    try:
        spoilt = stripe_flux.spoil(bits, how, random.Random(1))
    except ValueError:
        spoilt = bits
    assert len(spoilt) <= len(bits)


def _flux(rng: random.Random) -> bytes:
    bits = magstripe.encode(magstripe.track2(CARD, "4912"))
    flux = stripe_flux.flux_of(bits, speed=rng.uniform(10, 90), jitter=0.1, rng=rng)
    return b"".join(round(one * 1e7).to_bytes(2, "big") for one in flux)


def _read_flux(octets: bytes) -> None:
    flux = [int.from_bytes(octets[at : at + 2], "big") / 1e7 for at in range(0, len(octets), 2)]
    for track in magstripe.TRACKS:
        magstripe.decode(stripe_flux.bits_of(flux, track=track), track=track)


def _atr(rng: random.Random) -> bytes:
    return bytes.fromhex(rng.choice(ATRS))


def _read_atr(octets: bytes) -> None:
    atr = emv.parse_atr(octets)
    assert atr.protocols
    assert atr.waiting_time >= 960


def _answer(rng: random.Random) -> bytes:
    """A record with the card's number, and lists of what the card asks for."""
    record = tlv.build([
        (0x5A, bytes.fromhex(CARD)), (0x5F24, b"\x49\x12\x31"),
        (0x57, bytes.fromhex(CARD + "D49122010F")),
        (0x8C, bytes.fromhex("9F02069F03069F1A0295055F2A029A039C019F3704")),
        (0x94, bytes.fromhex("08010100100102011801010018020200")), (0x9F10, rng.randbytes(18)),
    ])  # fmt: skip
    return tlv.encode(0x70, record)


def _read_answer(octets: bytes) -> None:
    refused = 0
    for read in (
        lambda: list(tlv.walk(octets)),
        lambda: emv.fill_dol(tlv.find(octets, 0x8C) or b"", {0x9F02: b"\x12\x50"}),
        lambda: emv.read_afl(tlv.find(octets, 0x94) or b""),
    ):  # fmt: skip
        try:
            read()
        except Garbled:
            refused += 1
    for anything in (emv.read_dol, emv.read_afl):
        try:
            anything(octets)
        except Garbled:
            continue
    if refused:
        raise Garbled("not all of it is read")


def _command(rng: random.Random) -> bytes:
    return rng.choice((
        emv.select(b"\xa0\0\0\x03\x33\x01\x01"), emv.get_options(rng.randbytes(9)),
        emv.read_record(1, 2), emv.generate_ac(emv.ARQC, rng.randbytes(29)),
    ))  # fmt: skip


def _read_command(octets: bytes) -> None:
    """What was read is written the same."""
    assert emv.Command.from_bytes(octets).to_bytes() == octets


#: Name -> codec.
CARDS: dict[str, Codec] = {
    "magstripe": Codec(_stripe, _read_stripe, ()),
    "magstripe flux": Codec(_flux, _read_flux, ()),
    "emv reset": Codec(_atr, _read_atr),
    "emv answers": Codec(_answer, _read_answer),
    "emv commands": Codec(_command, _read_command),
}
