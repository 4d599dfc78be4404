"""The instrument's half of SCPI: paths, tables, errors, status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.scpi import (
    BOOLEAN,
    STRING,
    Command,
    Parser,
    Register,
    Status,
    channels,
    choice,
    number,
    numbers,
)
from harness.wire.scpi_syntax import Limit, ScpiError

AT = channels(3)
TABLE = {
    "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]": Command("put", (number("V"), AT), ("v",)),
    "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]?": Command(
        "get", (number(optional=True), AT), ("v",)
    ),
    "[SOURce:]VOLTage:PROTection[:LEVel]": Command("put", (number("V"), AT), ("ovp",)),
    "[SOURce:]CURRent[:LEVel]": Command("put", (number("A"), AT), ("a",)),
    "[SOURce:]CURRent[:LEVel]?": Command("get", (number(optional=True), AT), ("a",)),
    "OUTPut<n>[:STATe]": Command("switch", (BOOLEAN,)),
    "LIST:VOLTage": Command("points", (numbers("V"), AT)),
    "TRIGger:SOURce": Command("word", (choice("BUS", "IMMediate"),)),
    "DISPlay:TEXT": Command("word", (STRING,)),
    "*IDN?": Command("identity"),
    "*CLS": Command("clear"),
    "*OPC?": Command("one"),
}


class Bench:
    """Writes down what it is told."""

    def __init__(self, depth: int = 20) -> None:
        self.told: list[tuple[object, ...]] = []
        self.status = Status(depth)
        self.parser = Parser(TABLE, self, self.status)

    def put(self, *values: object) -> None:
        if isinstance(values[1], float) and values[1] > 100:
            raise ScpiError(-222)
        self.told.append(values)

    def get(self, name: str, limit: object, at: object) -> str:
        return f"{name}!"

    def switch(self, n: int, on: bool) -> None:
        if n > 3:
            raise ScpiError(-114)
        self.told.append(("out", n, on))

    def points(self, values: object, at: object) -> None:
        self.told.append(("list", values, at))

    def word(self, word: str) -> None:
        self.told.append(("word", word))

    def identity(self) -> str:
        return "A,B,C,D"

    def one(self) -> int:
        return 1

    def clear(self) -> None:
        self.status.clear()

    def code(self) -> int:
        return int(self.status.next_error().split(",")[0])


@pytest.mark.parametrize(
    "spelling",
    [
        "VOLT 5",
        "volt 5.0",
        ":VOLT 5",
        "VOLTAGE 5V",
        "SOUR:VOLT 5",
        "SOURce:VOLTage:LEVel 5",
        ":sour:volt:lev:imm:ampl 5000mV",
        "VOLT:IMM 5E0",
        "VOLT  \t 0.5 E+1",
        " VOLT 5 ",
        "VOLT:AMPL 5 v",
        "VOLT #H5",
        "VOLT #B101",
        "VOLT #Q5",
        "VOLT +5.",
        "VOLT 50.e-1",
        "VOLT 5\r",
        "VOLT 5;",
        ";;VOLT 5",
    ],
)
def test_every_legal_spelling_means_the_same(spelling: str) -> None:
    """Short and long forms, optional nodes, any case, multipliers and radices mean 5 V."""
    bench = Bench()

    assert bench.parser.hear(spelling) is None

    assert bench.told == [("v", 5.0, None)]
    assert bench.code() == 0


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLTA 5", -113),
        ("VOL 5", -113),
        ("SOUR 5", -113),
        ("VOLT:FOO 5", -113),
        ("FOO", -113),
        ("VOLT", -109),
        ("VOLT 1,2", -108),
        ("*IDN? 3", -108),
        ("VOLT 5 A", -131),
        ("VOLT 5Q", -131),
        ("VOLT? 5V", -138),
        ("VOLT ON", -104),
        ("VOLT 'five'", -158),
        ("VOLT 5x7#", -121),
        ("VOLT 1E99999", -123),
        ("VOLT " + "1" * 300, -124),
        ("VOLT (@1)", -109),
        ("VOLT 5,(@4)", -222),
        ("VOLT 5,(@x)", -171),
        ("VOLT 5,(1)", -171),
        ("VOLT 5,(@1", -171),
        ("VOLT 5,6,(@1)", -108),
        ("DISP:TEXT 'open", -151),
        ("DISP:TEXT bare", -104),
        ("TRIG:SOUR EXT", -224),
        ("TRIG:SOUR 5", -128),
        ("VOLT,5", -103),
        ("VOLT 5 (@1)", -121),
        ("V\x80LT 5", -101),
        ("\x00", -101),
        ("?", -102),
        ("5 VOLT", -102),
        ("VOLTAGEISMUCHTOOLONG 5", -112),
        ("VOLT #35", -161),
        ("VOLT ,5", -102),
        ("VOLT 999", -222),
        ("OUTP7 ON", -114),
        ("*FOO?", -113),
        (":*IDN?", -102),
        ("OUTP1 2,3", -108),
    ],
)
def test_every_kind_of_mistake_has_its_number(message: str, code: int) -> None:
    """A wrong message changes nothing and queues the standard's error."""
    bench = Bench()

    assert bench.parser.hear(message) is None

    assert bench.told == []
    assert bench.code() == code


def test_the_next_unit_begins_where_the_last_one_ended() -> None:
    """A header after ``;`` is looked up beside the last one; common ones do not count."""
    bench = Bench()

    bench.parser.hear("SOUR:VOLT 1;CURR 2;*CLS;VOLT:PROT 3;LEV 4;:CURR 5")

    assert bench.told == [
        ("v", 1.0, None),
        ("a", 2.0, None),
        ("ovp", 3.0, None),
        ("v", 4.0, None),
        ("a", 5.0, None),
    ]
    assert bench.code() == 0


def test_a_path_is_not_guessed() -> None:
    """``VOLT:PROT 3;CURR 2`` asks for VOLT:CURR, which is undefined."""
    bench = Bench()

    bench.parser.hear("VOLT:PROT 3;CURR 2")

    assert bench.told == [("ovp", 3.0, None)]
    assert bench.code() == -113


def test_answers_are_joined() -> None:
    """Several queries in a message are answered by one line with semicolons."""
    assert Bench().parser.hear("VOLT?;CURR?;*IDN?") == "v!;a!;A,B,C,D"


def test_a_command_error_ends_the_message_and_an_execution_error_does_not() -> None:
    """After -222 the rest is carried out; after -113 it is not."""
    bench = Bench()

    assert bench.parser.hear("VOLT 999;CURR 1;CURR?") == "a!"
    assert bench.parser.hear("CURR?;FOO;CURR 2") == "a!"

    assert bench.told == [("a", 1.0, None)]
    assert [bench.code(), bench.code(), bench.code()] == [-222, -113, 0]


def test_lists_of_channels_and_numbers() -> None:
    """Ranges go either way, numbers come as a tuple, names of limits stay names."""
    bench = Bench()

    bench.parser.hear("LIST:VOLT 1,500mV,MAX,(@3:1);:VOLT MIN,(@1,3);:OUTP2 ON;:OUTP 0")

    assert bench.told == [
        ("list", (1.0, 0.5, Limit.MAX), (3, 2, 1)),
        ("v", Limit.MIN, (1, 3)),
        ("out", 2, True),
        ("out", 1, False),
    ]


def test_a_string_may_hold_what_separates() -> None:
    """Semicolons, commas and doubled quotes inside a string are text."""
    bench = Bench()

    bench.parser.hear("DISP:TEXT 'a;b,c''d (@';VOLT? ")

    assert bench.told == [("word", "a;b,c'd (@")]


def test_a_full_queue_says_so_and_keeps_the_oldest() -> None:
    """The last place of a full queue becomes -350; *CLS empties it."""
    bench = Bench(depth=3)
    for _ in range(5):
        bench.parser.hear("FOO")

    assert [bench.code() for _ in range(4)] == [-113, -113, -350, 0]

    bench.parser.hear("FOO;*CLS")
    bench.parser.hear("*CLS")
    assert bench.status.next_error() == '+0,"No error"'


def test_the_status_byte_sums_up() -> None:
    """An error sets bit 2 and its event; enabled, it sets ESB, and with *SRE, MSS."""
    bench = Bench()
    bench.status.events, bench.status.event_enable, bench.status.request_enable = 0, 32, 32

    bench.parser.hear("FOO")

    assert bench.status.byte == 4 | 32 | 64
    assert bench.status.events == 32


def test_a_register_keeps_edges_until_read() -> None:
    """A rise is kept as an event; a fall only where the filter asks; reading clears."""
    group = Register()
    group.enable = 3
    group.become(1)
    group.become(0)

    assert group.summary
    assert (group.take(), group.take(), group.summary) == (1, 0, False)

    group.falling, group.rising = 2, 0
    group.become(2)
    assert group.event == 0
    group.become(0)
    assert group.event == 2


def test_a_table_that_names_no_method_is_refused() -> None:
    """A typing error in the table is found when the instrument is made."""
    with pytest.raises(AttributeError):
        Parser({"FOO": Command("no_such")}, Bench(), Status())
    with pytest.raises(ValueError, match="is no header"):
        Parser({"fOO BAR": Command("one")}, Bench(), Status())


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=80))
def test_no_text_breaks_the_parser(message: str) -> None:
    """Whatever is heard, the parser answers or queues an error."""
    bench = Bench()

    answer = bench.parser.hear(message)

    assert answer is None or isinstance(answer, str)


WORDS = st.sampled_from(
    [
        "VOLT",
        "VOLT?",
        ":",
        ";",
        " ",
        ",",
        "(@1)",
        "(@",
        "5",
        "1e9",
        "MAX",
        "'",
        '"',
        "#15",
        "#H",
        "*IDN?",
        "LIST:VOLT",
        "OUTP",
        "ON",
        "SOUR:",
        "mV",
        "\t",
        "TRIG:SOUR BUS",
        "-",
        "DISP:TEXT",
    ]
)


@given(st.lists(WORDS, max_size=12).map("".join))
def test_no_mixture_of_its_own_words_breaks_the_parser(message: str) -> None:
    """Nearly right messages are answered, obeyed or refused by number."""
    bench = Bench()

    bench.parser.hear(message)

    while code := bench.code():
        assert -500 < code < -99
