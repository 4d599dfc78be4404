"""ZVT's serial frames against the transport specification."""

from hypothesis import given
from hypothesis import strategies as st

from harness.wire import zvt, zvt_serial
from harness.wire.zvt_serial import SerialDeframer, Sign

messages = st.builds(zvt.Apdu, st.integers(0, 0xFFFF), st.binary(max_size=300))


def test_the_specifications_own_frame() -> None:
    """80 00 00 is framed as the transport specification shows, and the CRC is KERMIT's."""
    assert zvt_serial.crc(b"123456789") == 0x2189
    assert zvt_serial.to_serial(zvt.ACK) == bytes.fromhex("10 02 80 00 00 10 03 F5 1F")


@given(st.lists(messages | st.sampled_from([Sign.ACK, Sign.NAK]), max_size=5))
def test_serial_frames_make_the_round_trip(sent: list[zvt.Apdu | Sign]) -> None:
    """Doubled DLEs, signs between frames, byte by byte."""
    deframer, got = SerialDeframer(), list[zvt.Apdu | Sign]()

    for item in sent:
        octets = item.value if isinstance(item, Sign) else zvt_serial.to_serial(item)
        for octet in octets:
            got += deframer.feed(bytes([octet]))

    assert got == sent


@given(st.integers(0, 8), st.integers(0, 7))
def test_a_flipped_bit_never_gives_another_message(at: int, bit: int) -> None:
    """The CRC catches it, or the frame is not seen at all."""
    frame = bytearray(zvt_serial.to_serial(zvt.ACK))
    frame[at] ^= 1 << bit

    got = SerialDeframer().feed(bytes(frame))

    assert not any(isinstance(item, zvt.Apdu) for item in got)


@given(st.binary(max_size=200))
def test_serial_noise_raises_nothing(octets: bytes) -> None:
    """A line full of noise is survived, and after a restart a frame is read."""
    deframer = SerialDeframer()

    deframer.feed(octets)
    deframer.restart()

    assert deframer.feed(zvt_serial.to_serial(zvt.ACK)) == [zvt.ACK]


def test_a_good_frame_around_no_apdu_is_bad() -> None:
    """The CRC is right, the length inside is not."""
    crc = zvt_serial.crc(bytes.fromhex("80 00 05 03")).to_bytes(2, "little")

    assert SerialDeframer().feed(bytes.fromhex("10 02 80 00 05 10 03") + crc) == [Sign.BAD]


def test_a_frame_that_begins_again_counts_from_there() -> None:
    """The sender broke off and repeated."""
    assert SerialDeframer().feed(b"\x10\x02\x80" + zvt_serial.to_serial(zvt.ACK)) == [zvt.ACK]
