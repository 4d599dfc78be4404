"""The modem's half of AT: characters to command lines, lines to commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire.at_commands import LONGEST_LINE, Command, CommandReader, Form, Input, parse


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", []),
        ("E0V1", [Command("E", Form.SET, ("0",)), Command("V", Form.SET, ("1",))]),
        ("z", [Command("Z", Form.RUN, (None,))]),
        ("&D0 &f", [Command("&D", Form.SET, ("0",)), Command("&F", Form.RUN, (None,))]),
        ("E0+CMEE=1", [Command("E", Form.SET, ("0",)), Command("+CMEE", Form.SET, ("1",))]),
        ("+CREG?;+cereg=?", [Command("+CREG", Form.READ), Command("+CEREG", Form.TEST)]),
        ('+X=a,"b;c",,3', [Command("+X", Form.SET, ("a", "b;c", None, "3"))]),
        ('+X="a,b" , 5;+Y', [Command("+X", Form.SET, ("a,b", "5")), Command("+Y", Form.RUN)]),
        ("+X=", [Command("+X", Form.SET, (None,))]),
        ('+X="open', [Command("+X", Form.SET, ("open",))]),
        ("S3?", [Command("S3", Form.READ)]),
        ("S03=13", [Command("S3", Form.SET, ("13",))]),
        ("D*99***1#", [Command("D", Form.SET, ("*99***1#",))]),
        ("#CCID;^SYSCFG?", [Command("#CCID", Form.RUN), Command("^SYSCFG", Form.READ)]),
    ],
)
def test_a_line_is_taken_apart(line: str, wanted: list[Command]) -> None:
    """Basic, extended and register commands, several in one line (V.250, 5.2 to 5.4)."""
    assert parse(line) == wanted


@pytest.mark.parametrize("line", ["+", "?", "+CREG?x", "=1", "E0@", "+1X"])
def test_what_is_no_command_is_garbled(line: str) -> None:
    """Nothing of such a line may be done."""
    with pytest.raises(Garbled):
        parse(line)


def _lines_of(stream: bytes, reader: CommandReader | None = None) -> list[bytes]:
    reader = reader or CommandReader()
    return [content for what, content in reader.feed(stream) if what is Input.LINE]


def test_lines_begin_with_at_in_any_case() -> None:
    """Noise before AT is skipped, a line without AT is not answered (V.250, 5.2.1)."""
    assert _lines_of(b"AT\rat+x\raT+y\r\n") == [b"", b"+x", b"+y"]
    assert _lines_of(b"\xff\x00xAT+x\rhello\r") == [b"+x"]


def test_typing_is_edited_and_repeated() -> None:
    """S5 rubs out, S3 ends, A/ repeats the last line without a CR."""
    reader = CommandReader()

    assert _lines_of(b"AT+CSX\x08Q\r", reader) == [b"+CSQ"]
    assert _lines_of(b"A/", reader) == [b"+CSQ"]
    reader.line_end = ord("!")
    assert _lines_of(b"ATI!", reader) == [b"I"]


def test_every_character_is_echoed() -> None:
    """The device decides by E whether it writes them."""
    echoed = [content for what, content in CommandReader().feed(b"ATI\r") if what is Input.ECHO]

    assert b"".join(echoed) == b"ATI\r"


def test_a_text_ends_with_ctrl_z_or_is_abandoned() -> None:
    """TS 27.005, 3.5.1."""
    reader = CommandReader()
    reader.wants_text = True
    assert (Input.TEXT, b"two\rlines") in reader.feed(b"two\rlines\x1a")

    reader.wants_text = True
    assert (Input.ABANDON, b"") in reader.feed(b"no\x1b")
    assert not reader.wants_text


def test_a_line_too_long_is_said_so_once() -> None:
    """And the next line works."""
    reader = CommandReader()
    told = [what for what, _ in reader.feed(b"AT" + b"x" * (2 * LONGEST_LINE) + b"\r")]

    assert told.count(Input.TOO_LONG) == 1
    assert Input.LINE not in told
    assert _lines_of(b"ATI\r", reader) == [b"I"]


@given(st.one_of(st.text(max_size=80), st.from_regex(r'[A-Z+&=?;",0-9 ]{0,60}', fullmatch=True)))
def test_parsing_ends_with_commands_or_garbled(line: str) -> None:
    """No input does anything else."""
    try:
        commands = parse(line)
    except Garbled:
        return
    assert all(command.name for command in commands)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(stream: bytes) -> None:
    """Every byte is echoed once, whatever it means."""
    out = CommandReader().feed(stream)

    assert b"".join(content for what, content in out if what is Input.ECHO) == stream


@given(
    st.lists(
        st.one_of(st.none(), st.text(alphabet="abc ,;1", min_size=1, max_size=6)),
        min_size=1,
        max_size=5,
    )
)
def test_quoted_values_come_back_as_they_were(values: list[str | None]) -> None:
    """Commas and semicolons inside quotes separate nothing."""
    spelt = ",".join("" if value is None else f'"{value}"' for value in values)

    assert parse(f"+X={spelt}") == [Command("+X", Form.SET, tuple(values))]


def test_blanks_between_the_parts_mean_nothing() -> None:
    """V.250, 5.2.2: blanks are free outside strings, and kept inside them."""
    commands = parse(' + CREG = 2 ; +CGDCONT=1, "I P" ')

    assert commands == [
        Command("+CREG", Form.SET, ("2",)),
        Command("+CGDCONT", Form.SET, ("1", "I P")),
    ]


@given(
    st.lists(
        st.text("aAtT+cC=1;/\x08\x00\n \r", max_size=12).map(lambda text: f"{text}\r".encode())
    ),
    st.integers(0, 3),
)
def test_a_line_in_one_piece_is_read_as_by_the_character(lines: list[bytes], start: int) -> None:
    """Whatever was typed before it, or is open."""

    def begun() -> CommandReader:
        reader = CommandReader()
        reader.feed(b"ATI\rA"[: [0, 1, 4, 5][start]])
        return reader

    whole, slow = begun(), begun()
    for line in lines:
        out = whole.feed(line)
        piecewise = [row for byte in line for row in slow.feed(bytes([byte]))]
        for wanted in (Input.ECHO, Input.LINE, Input.TOO_LONG):
            read, typed = (
                [content for what, content in rows if what is wanted] for rows in (out, piecewise)
            )
            if wanted is Input.ECHO:
                read, typed = [b"".join(read)], [b"".join(typed)]
            assert read == typed
