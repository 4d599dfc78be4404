"""Registers' frames by ISO 1745 and their profiles: checks, signs, repeats, Concert's bodies."""

from functools import reduce
from operator import xor

import pytest

from harness.errors import Garbled
from harness.tests.wire.test_frames_line import ACK, ENQ, EOT, NAK, Pair, line, profile
from harness.wire.frames import Broken, Frame, Item, Sign
from harness.wire.frames_body import Field, Layout
from harness.wire.frames_decoder import Decoder
from harness.wire.frames_line import Delivered, Event, Failed, Heard

# --- Concert, byte by byte ------------------------------------------------------------------

BLANK = b" " * 10


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({"amount": "1250"}, b"0100001250110978" + BLANK + b"A010B010"),
        ({"amount": "1", "pos": "99"}, b"9900000001110978" + BLANK + b"A010B010"),
        ({"amount": "99999999"}, b"0199999999110978" + BLANK + b"A010B010"),
        ({"amount": "1250", "kind": "1"}, b"0100001250111978" + BLANK + b"A010B010"),
        ({"amount": "1250", "report": "0"}, b"0100001250010978" + BLANK + b"A010B010"),
        ({"amount": "5", "private": "TILL 7"}, b"0100000005110978TILL 7    A010B010"),
        ({"amount": "5", "delay": "A011"}, b"0100000005110978" + BLANK + b"A011B010"),
        ({"amount": "5", "force": "B011"}, b"0100000005110978" + BLANK + b"A010B011"),
        ({"amount": "5", "mode": "C"}, b"01000000051C0978" + BLANK + b"A010B010"),
        ({"amount": "5", "currency": "036"}, b"0100000005110036" + BLANK + b"A010B010"),
    ],
)
def test_what_is_asked_of_a_telium(values: dict[str, str], body: bytes) -> None:
    """34 bytes: till, cents, answer's size, kind of payment, of deal, currency, private, A0, B0."""
    own = profile("concert")

    assert own.ask.encode({"currency": "978", **values}) == body
    assert len(body) == 34
    read = own.ask.decode(body)
    assert {name: read[name] for name in values} == values


@pytest.mark.parametrize(
    "values",
    [{"amount": "100000000"}, {"pos": "100"}, {"private": "ELEVEN CHAR"}, {"currency": "9780"}],
)
def test_what_does_not_fit_is_not_asked(values: dict[str, str]) -> None:
    """A million euros, a third digit, an eleventh sign: nothing is cut."""
    with pytest.raises(ValueError, match="fit"):
        profile("concert").ask.encode({"amount": "1", "currency": "978", **values})


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("code", "079")
def test_what_a_telium_answers(code: str, full: bool) -> None:
    """83 bytes in all with the card's field, 28 without: STX, body, ETX, LRC."""
    own = profile("concert")
    card = b"4976XXXXXXXX1234" + b" " * 39 if full else b""
    body = b"07" + code.encode() + b"000012501" + card + b"9780123456789"
    frame = b"\x02" + body + b"\x03"
    frame += bytes([reduce(xor, frame[1:])])

    assert len(frame) == (83 if full else 28)
    (item,) = Decoder(own.frame, own.handshake.signs).feed(frame)
    assert item == Frame(body)
    answer = own.read_answer(body, 2)
    assert (answer["pos"], answer["amount"], answer["currency"]) == ("7", "1250", "978")
    assert answer["private"] == "0123456789"
    assert answer.get("card", "") == ("4976XXXXXXXX1234" if full else "")
    wanted = {"0": "approved", "7": "failed", "9": "unknown"}
    assert own.result(answer).outcome == wanted[code]


@pytest.mark.parametrize("body", [b"", b"07", b"0" * 24, b"0" * 26, b"0" * 79, b"0X" + b"0" * 23])
def test_an_answer_of_another_size_or_kind_is_none(body: bytes) -> None:
    """Nor one with letters where figures are."""
    with pytest.raises(Garbled):
        profile("concert").read_answer(body, 2)


def test_texts_of_a_profile_have_its_encoding() -> None:
    """Two bytes a sign in GBK, and as many fit; what the encoding lacks is refused."""
    fields = (Field("code", size=2), Field("text", size=8))
    own = Layout(fields, encoding="gbk")

    body = own.encode({"code": "00", "text": "交易成功"})

    assert body == b"00" + bytes.fromhex("BDBB D2D7 B3C9 B9A6")
    assert own.decode(body) == {"code": "00", "text": "交易成功"}
    assert own.decode(b"00" + bytes.fromhex("BDBBD2D7") + b"    ")["text"] == "交易"
    assert own.decode(b"00" + b"\xbd" * 7 + b" ")["code"] == "00"  # half a sign hides nothing else
    with pytest.raises(ValueError, match="fit"):
        own.encode({"code": "00", "text": "交易成功了"})
    with pytest.raises(ValueError, match="gbk"):
        own.encode({"code": "00", "text": "\U0001f642"})
    with pytest.raises(ValueError, match="encoding: 'gb_k'"):
        Layout(fields, encoding="gb_k")


# --- checks ---------------------------------------------------------------------------------


def items(word: str, octets: bytes) -> list[Item]:
    """All in one piece."""
    own = profile(word)
    return Decoder(own.frame, own.handshake.signs).feed(octets)


@pytest.mark.parametrize("lrc", [0x02, 0x03, 0x04, 0x05, 0x06, 0x10, 0x15, 0x00, 0x7F])
def test_a_check_that_looks_like_a_sign_is_none(lrc: int) -> None:
    """Whatever it is, it belongs to the frame; the sign behind it is one."""
    first = lrc ^ 0x03 ^ 0x41
    body = bytes([0x41, first]) if first not in (0x02, 0x03) else bytes([0x41, 0x44, first ^ 0x44])
    frame = b"\x02" + body + b"\x03" + bytes([lrc])

    assert items("concert", frame + EOT) == [Frame(body), Sign("eot")]


@pytest.mark.parametrize(
    ("word", "over"),
    [("concert", "body etx"), ("mispos_bcd", "length body etx"), ("mispos_binary", "body etx")],
)
def test_what_a_check_covers(word: str, over: str) -> None:
    """All behind STX but itself, or without the length; never STX."""
    own = profile(word)
    frame = own.frame.encode(b"BODY!")
    head = len(frame) - 8  # length bytes
    parts = {"length": frame[1 : 1 + head], "body": b"BODY!", "etx": b"\x03", "stx": b"\x02"}

    assert frame[-1] == reduce(xor, b"".join(parts[part] for part in over.split()))
    for wrong in ("stx " + over, over.removesuffix(" etx")):
        bad = reduce(xor, b"".join(parts[part] for part in wrong.split()))
        (item,) = items(word, frame[:-1] + bytes([bad]))
        assert isinstance(item, Broken)


@pytest.mark.parametrize(
    ("word", "size", "octets"),
    [
        ("mispos_bcd", 0, "0000"), ("mispos_bcd", 9, "0009"), ("mispos_bcd", 10, "0010"),
        ("mispos_bcd", 117, "0117"), ("mispos_bcd", 1000, "1000"),
        ("mispos_binary", 10, "000A"), ("mispos_binary", 256, "0100"),
        ("mispos_binary", 515, "0203"),  # STX and ETX in a length
        ("codepay", 0, "0000"), ("codepay", 1014, "03F6"),
    ],
)  # fmt: skip
def test_lengths_of_the_body_alone(word: str, size: int, octets: str) -> None:
    """Two figures a byte, or high byte first; a body may hold every sign there is."""
    own = profile(word)
    body = (bytes(range(256)) * 4)[:size]
    head = bytes(own.frame.head)

    frame = own.frame.encode(body, head)

    begin = len(own.frame.start) + own.frame.head
    assert frame[begin : begin + 2] == bytes.fromhex(octets)
    assert items(word, frame) == [Frame(body, head)]


@pytest.mark.parametrize("octets", ["02 00 0A 41", "02 0A 00 41 03 00", "02 99 99 41"])
def test_lengths_that_are_none(octets: str) -> None:
    """A nibble above 9, more than a frame may have: told as broken, at the latest by the gap."""
    own = profile("mispos_bcd")
    decoder = Decoder(own.frame, own.handshake.signs)

    found = decoder.feed(bytes.fromhex(octets)) + decoder.give_up()

    assert any(isinstance(one, Broken) for one in found)
    assert not any(isinstance(one, Frame | Sign) for one in found)


# --- who speaks when (ISO 1745, 3) ----------------------------------------------------------


def played(word: str, *came: bytes | float) -> tuple[list[bytes], list[Event]]:
    """What a register writes that sends BODY: at once, and after each that comes or is due."""
    end, now, said, told = line(word), 0.0, list[bytes](), list[Event]()
    end.send(b"BODY", now)
    said.append(end.take())
    for one in came:
        if isinstance(one, float):
            now += one
            told += end.pass_time(now)
        else:
            told += end.feed(one, now)
        said.append(end.take())
    return said, told


CONCERT = profile("concert").frame.encode(b"BODY")
REPLY = profile("concert").frame.encode(b"REPLY")
BAD = REPLY[:-1] + bytes([REPLY[-1] ^ 0xFF])


@pytest.mark.parametrize(
    ("came", "said", "told"),
    [
        # taken at the second enquiry, and at the third sending
        ((2.0, ACK, ACK), [ENQ, ENQ, CONCERT, EOT], [Delivered()]),
        ((ACK, 2.0, NAK, ACK), [ENQ, CONCERT, CONCERT, CONCERT, EOT], [Delivered()]),
        # busy: asked again when the time for an answer is over
        ((NAK, 2.0, ACK, ACK), [ENQ, b"", ENQ, CONCERT, EOT], [Delivered()]),
        # given up after so many: EOT frees the line; nothing was sent
        ((2.0, 2.0, 2.0, 2.0), [ENQ, ENQ, ENQ, ENQ, EOT],
         [Failed("nobody answers (ENQ)", sent=False)]),
        ((ACK, 2.0, 2.0, 2.0, 2.0), [ENQ, *[CONCERT] * 4, EOT],
         [Failed("not acknowledged", sent=True)]),
        # a sign out of turn changes nothing
        ((EOT, ACK, EOT, ACK), [ENQ, b"", CONCERT, b"", EOT], [Delivered()]),
        # instead of the ACK the answer's ENQ: it was lost, for it would not speak already
        ((ACK, ENQ, REPLY, EOT), [ENQ, CONCERT, ACK, ACK, b""], [Delivered(), Heard(b"REPLY")]),
        # the answer comes spoilt, is refused, comes again; its EOT is lost and it says no more
        ((ACK, ACK, ENQ, BAD, REPLY, 9.0), [ENQ, CONCERT, EOT, ACK, NAK, ACK, b""],
         [Delivered(), Heard(b"REPLY")]),
        # the same twice, for our ACK was lost: acknowledged twice, told once
        ((ACK, ACK, ENQ, REPLY, REPLY, EOT), [ENQ, CONCERT, EOT, ACK, ACK, ACK, b""],
         [Delivered(), Heard(b"REPLY")]),
        # a frame that nobody announced is no turn of theirs
        ((ACK, ACK, REPLY), [ENQ, CONCERT, EOT, b""], [Delivered()]),
    ],
)  # fmt: skip
def test_turns_of_concert(
    came: tuple[bytes | float, ...], said: list[bytes], told: list[Event]
) -> None:
    """ENQ, ACK, frame, ACK, EOT; three repeats of what is not answered within two seconds."""
    assert played("concert", *came) == (said, told)


@pytest.mark.parametrize("answers", [1, 2, 3])
def test_two_answers_in_two_turns_are_two(answers: int) -> None:
    """The same words again, behind another ENQ, are the same: a repeat whose EOT came; one is told.

    The line cannot tell them apart; who asks knows by number whose answer it is.
    """
    turn = (ENQ, REPLY, EOT)

    _, told = played("concert", ACK, ACK, *turn * answers)

    assert told == [Delivered(), Heard(b"REPLY")]


MIS = profile("mispos_bcd").frame.encode(b"BODY")


@pytest.mark.parametrize(
    ("came", "said", "told"),
    [
        ((ACK,), [MIS, b""], [Delivered()]),
        ((NAK, ACK), [MIS, MIS, b""], [Delivered()]),
        ((2.0, 2.0, 2.0, 2.0), [MIS, MIS, MIS, MIS, b""], [Failed("not acknowledged", sent=True)]),
        ((NAK, NAK, NAK, NAK), [MIS, MIS, MIS, MIS, b""], [Failed("refused (NAK)", sent=True)]),
        ((ENQ, EOT, ACK), [MIS, b"", b"", b""], [Delivered()]),  # signs that it has not
        ((ACK, ACK), [MIS, b"", b""], [Delivered()]),
        ((ACK, MIS), [MIS, b"", ACK], [Delivered(), Heard(b"BODY")]),
        ((ACK, MIS, MIS), [MIS, b"", ACK, ACK], [Delivered(), Heard(b"BODY")]),
    ],
)  # fmt: skip
def test_turns_of_mis_pos(
    came: tuple[bytes | float, ...], said: list[bytes], told: list[Event]
) -> None:
    """Each frame is taken by ACK, sent again after NAK or two seconds, three times at most."""
    assert played("mispos_bcd", *came) == (said, told)


@pytest.mark.parametrize("lost", range(12))
def test_whatever_sign_is_lost_a_request_and_an_answer_come_once(lost: int) -> None:
    """One piece of the talk never arrives, whichever: all the same in the end."""
    count = iter(range(1000))
    pair = Pair("concert", lambda octets: b"" if next(count) == lost else octets)
    pair.ends[0].send(b"REQUEST", 0.0)
    pair.run(20.0)
    pair.ends[1].send(b"ANSWER", pair.now)
    pair.run(60.0)

    assert (pair.heard(1), pair.heard(0)) == ([b"REQUEST"], [b"ANSWER"])
