"""SCPI by its clauses: strings, blocks, numbers, channel lists."""

import pytest

from harness.tests.codecs.instruments import hear
from harness.tests.supplies import asked
from harness.wire import scpi, scpi_replies, scpi_syntax
from harness.wire.scpi_syntax import ScpiError


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("'it''s'", "it's"), ('"say ""x"""', 'say "x"'), ("'\"'", '"'), ("\"'\"", "'"), ("''", ""),
        ('""""', '"'), ("'a;b,c#15(@1'", "a;b,c#15(@1"),
    ],
)  # fmt: skip
def test_strings_with_quotes_in_them(said: str, text: str) -> None:
    """A doubled quote stands for itself, the other one too (IEEE 488.2, 7.7.5)."""
    assert hear(f"DISP:TEXT {said};:OUTP1 ON".encode()) == [("text", text), ("on", 1, True)]


class _Screen:
    """Shows what it is given."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def show(self, text: str) -> None:
        self.shown.append(text)


def _shown(message: str) -> tuple[list[str], list[int]]:
    screen, status = _Screen(), scpi.Status()
    table = {"DISPlay": scpi.Command("show", (scpi.Slot(str),))}
    scpi.Parser(table, screen, status).hear(message)
    return screen.shown, [code for code, _ in status.errors]


@pytest.mark.parametrize(
    ("message", "blocks"),
    [
        ("DISP #15a;b,c;DISP #206'\"(@#1;:DISP #10", ["#15a;b,c", "#206'\"(@#1", "#10"]),
        ("DISP #0all;that 'is,(@ left;DISP 1", ["#0all;that 'is,(@ left;DISP 1"]),
        ("DISP #0", ["#0"]),
    ],
)
def test_blocks_are_cut_by_their_length_alone(message: str, blocks: list[str]) -> None:
    """Separators and quotes in it mean nothing; #0 takes all that is left (488.2, 7.7.6)."""
    shown, errors = _shown(message)

    assert shown == blocks
    assert errors == []


@pytest.mark.parametrize("message", ["DISP #15abc", "DISP #2", "DISP #2x1a", "DISP #1"])
def test_a_block_cut_off_is_an_error(message: str) -> None:
    """-161, and nothing is carried out."""
    shown, errors = _shown(message)

    assert shown == []
    assert errors == [-161]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1", 1.0), ("+1.", 1.0), ("-.5", -0.5), ("1.5E+3", 1500.0), ("1.5 e -3", 0.0015),
        ("#HfF", 255.0), ("#q17", 15.0), ("#B101", 5.0), ("3.3V", 3.3), ("3300 mV", 3.3),
        ("3.3E3MV", 3.3), ("0.0033kV", 3.3), ("2MAV", 2e6),
    ],
)  # fmt: skip
def test_numbers_in_every_form(said: str, value: float) -> None:
    """NRf, non-decimal, with a unit and its multiplier (488.2, 7.7.2 to 7.7.4; SCPI, 7.2.3)."""
    assert scpi_syntax.read_number(said, "V") == pytest.approx(value)


@pytest.mark.parametrize(
    ("said", "channels"),
    [("(@1)", (1,)), ("( @ 1 , 3 )", (1, 3)), ("(@3:1)", (3, 2, 1)), ("(@1:3,2,5)", (1, 2, 3, 5))],
)
def test_channel_lists(said: str, channels: tuple[int, ...]) -> None:
    """In the order given, ranges either way (SCPI-1999 vol. 1, 8.3.2)."""
    assert scpi_syntax.read_channels(said, 9) == channels


@pytest.mark.parametrize("said", ["(@)", "(@1", "(1)", "(@1,,2)", "(@0)", "(@10)", "(@a)", "(@1:)"])
def test_lists_that_are_none(said: str) -> None:
    """Refused by a number of the standard's."""
    with pytest.raises(ScpiError):
        scpi_syntax.read_channels(said, 9)


@pytest.mark.parametrize("said", ["1" * 50_000, "1" + " " * 50_000, "1." + "1" * 50_000])
def test_a_long_number_that_ends_in_nonsense_is_given_up_at_once(said: str) -> None:
    """In time that grows with it: with its square, these would take minutes."""
    with pytest.raises(ValueError, match="is no number"):
        scpi_replies.parse_number(said + "\x01")
    with pytest.raises(ScpiError):
        scpi_syntax.read_number(said + "\x01", "V")


# --- a whole instrument ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "answer"),
    [
        # header path (SCPI-1999 vol. 1, 6.2.4): beside the last one, from the root after a colon
        (("SOUR:VOLT 1;CURR 0.5;:VOLT?;CURR?",), "1;0.5"),
        (("VOLT:PROT 4;PROT?",), "4"),
        (("VOLT:PROT 4;LEV 2;*CLS;PROT?;:SYST:ERR?",), "4;0"),
        (("VOLT:PROT 4;VOLT 2", "SYST:ERR?"), "-113"),
        (("SOURCE:VOLTAGE:LEVEL:IMMEDIATE:AMPLITUDE 1.5;:voltage?",), "1.5"),
        (("VOLTA 1", "SYST:ERR?"), "-113"),  # neither the short nor the long form
        ((":*CLS", "SYST:ERR?"), "-102"),
        # separators and blanks (IEEE 488.2, 7.4)
        (("VOLT\t1 ; CURR  0.25 ; VOLT? ; CURR?",), "1;0.25"),
        (("VOLT1", "SYST:ERR?"), "-113"), (("VOLT=1", "SYST:ERR?"), "-102"),
        ((";;VOLT 1;;VOLT?;",), "1"),
        (("VOLT 1 2", "SYST:ERR?"), "-131"),
        # numbers (7.7.2 to 7.7.4)
        (("VOLT 1500 mV;VOLT?",), "1.5"), (("VOLT 15E-1;VOLT?",), "1.5"),
        (("VOLT #H2;VOLT?",), "2"), (("VOLT MAX;VOLT MIN;VOLT?",), "0"),
        (("VOLT 1 A", "SYST:ERR?"), "-131"), (("VOLT", "SYST:ERR?"), "-109"),
        (("VOLT 1E40000", "SYST:ERR?"), "-123"),
        (("VOLT 99;:CURR 0.75", "CURR?"), "0.75"),  # an execution error ends no message
        (("CURR 0.5", "FOO;:CURR 0.75", "CURR?;:SYST:ERR?"), "0.5;-113"),  # a command error does
        # masks and registers (11.2 to 11.5, 10.10, 10.34)
        (("*ESE 255;*ESE?",), "255"), (("*ESE 256", "SYST:ERR?"), "-222"),
        (("*ESE -1", "SYST:ERR?"), "-222"), (("*ESE 31.6;*ESE?",), "32"),
        (("*SRE 255;*SRE?",), "191"), (("*SRE 64;*SRE?",), "0"),
        (("*ESE 1;*SRE 32;*OPC", "*STB?"), "96"),
        (("*OPC", "*ESR?"), "1"), (("*OPC;*ESR?;*ESR?",), "1;0"),
        (("*OPC?;*OPC?",), "1;1"), (("*TST?",), "0"),
        (("FOO", "*ESR?"), "32"), (("VOLT 99", "*ESR?"), "16"),
        (("STAT:QUES:ENAB 65535;ENAB?",), "32767"),  # bit 15 is never used (SCPI vol. 1, 5.6)
        (("STAT:QUES:PTR 0;NTR 1;:STAT:PRES;QUES:PTR?;NTR?;ENAB?",), "32767;0;0"),
        # the queue (SCPI vol. 2, 21.8): oldest first, emptied by *CLS alone and by reading
        (("FOO", "VOLT 99", "SYST:ERR:COUN?;NEXT?;NEXT?;NEXT?"), "2;-113;-222;0"),
        (("FOO", "*RST", "SYST:ERR?"), "-113"), (("FOO", "*CLS", "SYST:ERR?"), "0"),
    ],
)  # fmt: skip
def test_an_instrument_by_ieee_488_2(messages: tuple[str, ...], answer: str) -> None:
    """Messages one after the other; the answer of the last, without the texts of errors."""
    said = asked("e36313a", "*CLS;*RST", *messages).split("\n")[-1]

    parts = [one.partition(",")[0] for one in said.split(";")]
    assert ";".join(f"{float(one):g}" for one in parts) == answer
