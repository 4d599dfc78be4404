"""ZVT's serial frames against the transport specification."""

from hypothesis import given
from hypothesis import strategies as st

from harness.wire import zvt, zvt_serial
from harness.wire.zvt_serial import Block, SerialDeframer, Sign, Station

messages = st.builds(zvt.Apdu, st.integers(0, 0xFFFF), st.binary(max_size=300))


def test_the_specifications_own_frame() -> None:
    """80 00 00 is framed as the transport specification shows, and the CRC is KERMIT's."""
    assert zvt_serial.crc(b"123456789") == 0x2189
    assert zvt_serial.to_serial(zvt.ACK) == bytes.fromhex("10 02 80 00 00 10 03 F5 1F")


@given(st.lists(messages | st.sampled_from([Sign.ACK, Sign.NAK]), max_size=5))
def test_serial_frames_make_the_round_trip(sent: list[zvt.Apdu | Sign]) -> None:
    """Doubled DLEs, signs between frames, byte by byte."""
    deframer, got = SerialDeframer(), list[zvt.Apdu | Sign]()
    assert not deframer.open

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


# --- the station ----------------------------------------------------------------------------

ACK, NAK = b"\x06", b"\x15"
SALE = zvt.Apdu(zvt.AUTHORISATION, bytes.fromhex("04 00 00 00 00 10 10"))
ASKS = zvt.Apdu(zvt.INTERMEDIATE_STATUS, b"\x0a")
FRAME = zvt_serial.to_serial(SALE)


def sending(station: Station, apdu: zvt.Apdu = SALE, at: float = 0.0) -> Block:
    """A block on its way."""
    block, octets = station.send(apdu, at)
    assert octets == zvt_serial.to_serial(apdu)
    return block


def hears(station: Station, apdu: zvt.Apdu, at: float = 0.0) -> None:
    """A good block comes, and is acknowledged at once."""
    assert station.feed(zvt_serial.to_serial(apdu), at) == ACK


def test_a_block_is_delivered_by_its_sign() -> None:
    """ACK ends it, and nothing more is due."""
    station = Station()
    block = sending(station)

    assert (station.deadline, block.delivered) == (5.0, None)
    assert station.feed(ACK, 0.1) == b""
    assert (station.deadline, block.delivered, station.sending) == (None, True, None)


def test_a_block_is_said_three_times_at_most() -> None:
    """3.5: after T2, or after NAK, again up to twice; then it has failed."""
    station = Station()
    block = sending(station)

    assert station.late(4.9) == b""
    assert station.late(5.0) == FRAME
    assert station.feed(NAK, 5.5) == FRAME
    assert station.deadline == 10.5
    assert block.delivered is None
    assert station.late(10.5) == b""
    assert block.delivered is False


def test_a_storm_of_naks_ends() -> None:
    """Two repeats, and from then on nothing is answered."""
    station = Station()
    block = sending(station)

    assert station.feed(NAK * 20, 0.1) == FRAME * 2
    assert block.delivered is False
    assert station.feed(NAK * 20, 0.2) == b""


def test_half_a_block_is_refused_when_t1_is_over() -> None:
    """3.4.1: a pause of 200 ms within a block; the repeat is read."""
    station = Station()

    assert station.feed(FRAME[:5], 1.0) == b""
    assert station.deadline == 1.2
    assert station.late(1.1) == b""
    assert station.late(1.2) == NAK
    assert station.deadline is None
    hears(station, SALE, 1.3)
    assert list(station.heard) == [SALE]


def test_a_gap_that_nobody_saw_passing_is_seen_at_the_next_byte() -> None:
    """Whoever was busy for a second does not glue two halves of different blocks together."""
    station = Station()
    station.feed(FRAME[:5], 1.0)

    assert station.feed(FRAME, 2.0) == NAK + ACK
    assert list(station.heard) == [SALE]


@given(st.integers(2, len(FRAME) - 3), st.integers(0, 7))
def test_a_spoilt_block_is_refused_and_its_repeat_is_read(at: int, bit: int) -> None:
    """One flipped bit: NAK at once or after the gap, and never another message."""
    station = Station()
    spoilt = bytearray(FRAME)
    spoilt[at] ^= 1 << bit

    said = station.feed(bytes(spoilt), 1.0) + station.late(1.2)

    assert said == NAK or NAK in said
    assert not station.heard
    hears(station, SALE, 1.3)
    assert list(station.heard) == [SALE]


@given(st.integers(0, len(FRAME) - 1))
def test_a_lost_byte_is_never_a_sign(at: int) -> None:
    """What is left of a block is not taken for an ACK: the command 06 xx has one inside."""
    station = Station()
    block = sending(station, ASKS)

    station.feed(FRAME[:at] + FRAME[at + 1 :], 1.0)

    assert block.delivered is None
    assert not station.heard


def test_a_repeat_after_a_lost_ack_is_acknowledged_and_not_heard_twice() -> None:
    """Nothing of ours was delivered since: it is the same block."""
    station = Station()
    hears(station, ASKS)
    hears(station, ASKS, 5.0)
    answer = sending(station, zvt.ACK, 5.1)
    hears(station, ASKS, 10.0)

    assert list(station.heard) == [ASKS]
    assert answer.delivered is None


def test_the_same_words_after_an_answer_are_new_ones() -> None:
    """A terminal says 04 FF 0A again and again while it waits for a card."""
    station = Station()
    for at in range(3):
        hears(station, ASKS, at)
        sending(station, zvt.ACK, at + 0.1)
        station.feed(ACK, at + 0.2)

    assert list(station.heard) == [ASKS] * 3


def test_an_answer_proves_that_the_command_arrived() -> None:
    """Its ACK was lost; sent again it might be a second sale."""
    station = Station()
    block = sending(station)
    hears(station, zvt.ACK, 1.0)

    assert block.delivered is True
    assert station.deadline is None


def test_a_command_of_the_other_proves_nothing_of_ours() -> None:
    """Both spoke at once: ours has still to be acknowledged."""
    station = Station()
    block = sending(station, zvt.Apdu(zvt.ABORT_BY_ECR))
    hears(station, ASKS, 1.0)

    assert block.delivered is None
    assert station.late(5.0) == zvt_serial.to_serial(block.apdu)


def test_blocks_that_stay_spoilt_are_counted() -> None:
    """A good one starts the count anew."""
    station = Station()
    bad = FRAME[:-1] + bytes([FRAME[-1] ^ 0xFF])
    for at in range(3):
        assert station.feed(bad, float(at)) == NAK
        assert station.spoilt == at + 1
    hears(station, SALE, 4.0)
    assert station.spoilt == 0
