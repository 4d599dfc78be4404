"""Round trips of modems' talk: lines, commands, short messages."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from harness.errors import Garbled
from harness.sim.modems import messages
from harness.tests.codecs.trip import Elsewhere, Table, Trip, digits
from harness.wire import at, at_commands, at_time, gsm7, pdu
from harness.wire.at_commands import Form

_ZONES = st.integers(-47, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_FIRST = datetime(2020, 1, 2, tzinfo=UTC)  # a clock that was never set tells earlier years
_TIMES = st.builds(
    lambda seconds, zone: (_FIRST + timedelta(seconds=seconds)).astimezone(zone),
    st.integers(0, 48 * 365 * 86400), _ZONES,
)  # fmt: skip

# --- lines ----------------------------------------------------------------------------------

_LINES = st.lists(
    st.text(st.characters(codec="latin-1", exclude_characters="\0\r\n"), max_size=60).filter(
        lambda line: bool(line.encode("latin-1").strip())
    ),
    max_size=5,
)


def _read_lines(stream: bytes) -> list[str]:
    splitter = at.LineSplitter()
    return [
        line for at_ in range(0, len(stream), 5) for line in splitter.feed(stream[at_ : at_ + 5])
    ]


def _read_time(line: bytes) -> datetime | None:
    reading = at_time.cclk(line.decode("latin-1"))
    if reading is None or reading.at is None:
        raise Garbled("no time")
    return reading.at


# --- commands -------------------------------------------------------------------------------

_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"'))
_EXTENDED = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8)
_NAMES = st.builds(lambda sign, name: sign + name, st.sampled_from("+#^!*$%"), _EXTENDED)
_ARGUMENTS = st.lists(st.none() | digits(1, 9) | _TEXTS, min_size=1, max_size=6).map(tuple)
_COMMANDS = st.one_of(
    st.builds(at_commands.Command, _NAMES, st.sampled_from([Form.RUN, Form.READ, Form.TEST])),
    st.builds(at_commands.Command, _NAMES, st.just(Form.SET), _ARGUMENTS),
    st.builds(
        lambda name, value: at_commands.Command(
            name, Form.RUN if value is None else Form.SET, (value,)
        ),
        st.sampled_from(["E", "V", "Q", "Z", "H", "&F", "&D", "&C"]), st.none() | digits(1, 6),
    ),
    st.builds(
        lambda number, value: at_commands.Command(f"S{number}", Form.SET, (value,)),
        st.integers(0, 999), digits(1, 3),
    ),
)  # fmt: skip
_TAILS = {Form.RUN: "", Form.READ: "?", Form.TEST: "=?"}


def _value(arg: str | None) -> str:
    if arg is None:
        return ""
    return arg if arg.isdecimal() else f'"{arg}"'


def _typed(command: at_commands.Command) -> str:
    """A command as V.250, 5.3 and 5.4 has it."""
    if command.name[0] not in "+#^!*$%S":
        return command.name + (command.args[0] or "")
    values = ",".join(map(_value, command.args))
    return command.name + (f"={values}" if command.form is Form.SET else _TAILS[command.form])


def _typed_line(commands: list[at_commands.Command]) -> bytes:
    return b"AT" + ";".join(map(_typed, commands)).encode("latin-1") + b"\r"


def _heard(typed: bytes) -> list[at_commands.Command]:
    reader = at_commands.CommandReader()
    lines = [said for kind, said in reader.feed(typed) if kind is at_commands.Input.LINE]
    return [one for line in lines for one in at_commands.parse(line.decode("latin-1"))]


# --- short messages -------------------------------------------------------------------------

_GSM = "".join(sorted(set(gsm7.BASIC) - {"\x1b"}))
_SENDERS = st.text(sorted(set(_GSM) - set(" \n\r\f")), min_size=1, max_size=11)
_SAID = st.text(_GSM, max_size=160) | st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=70
)
_STORED = st.builds(messages.Message, _SENDERS, _SAID, _TIMES)
_NUMBERS = st.builds(lambda plus, rest: plus + rest, st.sampled_from(["", "+"]), digits(1, 20))


def _delivered(hexadecimal: bytes) -> Any:
    one = pdu.delivered(hexadecimal.decode())
    if one is None or one.at is None:
        raise Garbled("no message")
    return messages.Message(one.sender, one.text, one.at)


def _by_number(number: str) -> bytes:
    """SMS-DELIVER of a number: semi-octets swapped, an odd one filled up (23.040, 9.1.2.5)."""
    figures = number.lstrip("+")
    filled = figures + "F" * (len(figures) % 2)
    swapped = "".join(filled[at + 1] + filled[at] for at in range(0, len(filled), 2))
    kind = 0x91 if number.startswith("+") else 0x81
    return f"0004{len(figures):02X}{kind:02X}{swapped}0000{'62502180000080'}01{'41'}".encode()


def _long(row: tuple[str, str, datetime]) -> bytes:
    return "\n".join(one.pdu()[1] for one in reversed(messages.split(*row, 7))).encode()


def _put_together(lines: bytes) -> Any:
    found = [pdu.delivered(line) for line in lines.decode().splitlines()]
    (whole,) = pdu.put_together([one for one in found if one is not None])
    return whole.sender, whole.text, whole.at


MODEMS: Table = {
    "at lines": (
        Trip(_LINES, lambda rows: b"".join(b"\r\n%b\r\n" % one.encode("latin-1") for one in rows),
             _read_lines),
        Trip(_TIMES, lambda when: f'+CCLK: "{messages.text_time(when)}"'.encode(), _read_time),
        Elsewhere("wire/test_at_fields.py::test_quoted_fields_come_back"),
    ),
    "at commands": (Trip(st.lists(_COMMANDS, min_size=1, max_size=5), _typed_line, _heard, ""),),
    "at short messages": (
        Trip(_STORED, lambda one: one.pdu()[1].encode(), _delivered, ""),
        Trip(_NUMBERS, _by_number, lambda text: _delivered(text).sender, ""),
        Trip(
            st.tuples(_SENDERS, st.text(_GSM, min_size=161, max_size=800), _TIMES),
            _long,
            _put_together,
            "",
        ),
        Elsewhere("wire/test_gsm7.py::test_every_text_of_the_alphabet_survives"),
    ),
}  # fmt: skip
