"""The console driver, with a small personality of its own."""

from pathlib import Path
from typing import Any

import pytest

from harness.drivers._console_rules import read_personality
from harness.drivers.console import Driver
from harness.errors import Garbled, NotSupported, PortLost, RigError
from harness.files import fixture
from harness.model.roles import Console, Watched
from harness.testing import ReplayPort, Spelling, SteppingClock

PERSONALITY = r"""
journal: "journal\r\n"
lines:
  - match: '^BOOT (?P<version>\S+) slot (?P<slot>\w)( after (?P<reason>\w+))?'
    kind: boot
    words: {reason: {PWR: power}}
  - match: '^RX (?P<mti>\d{4}) stan=(?P<stan_int>\d+) rc=(?P<response>..)'
    kind: answer_received
    fields: {mac_ok: true}
  - match: '!(?P<cause>\w+) (?P<text>.*)'
    kind: detected
    words: {cause: {NO_NET: no_signal, "*": system_fault}}
  - match: '!(?P<cause>NO_NET)'
    kind: report
    fields: {"on": display}
    words: {cause: {NO_NET: no_signal}}
  - match: 'rail (?P<volts_float>\S+) flags (?P<flags_hex>\w+) online (?P<online_bool>\w+)'
    kind: state
  - match: 'card (?P<pan>\d{6}\S+\d{4})'
    kind: card_read
"""


class Heard(list[tuple[str, float | None, dict[str, Any]]]):
    """An ``Observe`` that keeps what it is told."""

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.append((kind, t, fields))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The fields of all observations of a kind."""
        return [fields for one, _, fields in self if one == kind]


@pytest.fixture
def personality(tmp_path: Path) -> Path:
    """The personality as a file."""
    file = tmp_path / "console.yaml"
    file.write_text(PERSONALITY, encoding="utf-8")
    return file


def hear(personality: Path, *pieces: str | bytes) -> Heard:
    """What the driver says of a log that arrives in pieces, one second apart."""
    clock = SteppingClock()
    port = ReplayPort(clock, [], Spelling())
    driver, heard = Driver(port, personality=personality), Heard()
    driver.observe = heard
    for piece in pieces:
        clock.move_to(clock.now() + 1.0)
        port.put_arrived(piece.encode() if isinstance(piece, str) else piece)
        driver.attend()
    return heard


def test_it_plays_console_and_is_watched(personality: Path) -> None:
    """The roles are found by their methods."""
    driver = Driver(ReplayPort(SteppingClock(), [], Spelling()), personality=personality)

    assert isinstance(driver, Console)
    assert isinstance(driver, Watched)


def test_a_line_is_said_as_it_is_and_as_what_it_means(personality: Path) -> None:
    """Every line is an observation, and typed fields follow from the names of the groups."""
    heard = hear(personality, "RX 0210 stan=000042 rc=00\r\nnothing known\r\n")

    assert heard.of("line") == [{"text": "RX 0210 stan=000042 rc=00"}, {"text": "nothing known"}]
    assert heard.of("answer_received") == [
        {"mti": "0210", "stan": 42, "response": "00", "mac_ok": True}
    ]


def test_all_types_are_read(personality: Path) -> None:
    """Float, hex and bool."""
    good, bad = hear(
        personality, "rail 5.02 flags 1F online Yes\n", "rail 5.12 flags 0 online no\n"
    ).of("state")

    assert good == {"volts": 5.02, "flags": 31, "online": True}
    assert bad == {"volts": 5.12, "flags": 0, "online": False}


def test_what_is_not_of_its_type_is_a_trouble_that_names_the_entry(personality: Path) -> None:
    """An amount that stayed text would be another one than the host's, and a FAIL."""
    with pytest.raises(Garbled, match=r"entry 5 \(state\): '5.O2' is no float"):
        hear(personality, "rail 5.O2 flags 1F online no\n")


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("36,00", 3600), ("36.00", 3600), ("1.234,50", 123450), ("CNY 1,234.50", 123450),
        ("1.234", 123400), ("1 234,50 €", 123450), ("¥7", 700), ("-5,00", -500), ("0,07", 7),
        ("1.234.567,89", 123456789), ("1'234.50", 123450), ("5,00 Fr.", 500),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(tmp_path: Path, text: str, cents: int) -> None:
    """In minor units, whatever parts thousands and cents."""
    file = tmp_path / "console.yaml"
    file.write_text("lines: [{match: 'OK (?P<amount_money>.+)', kind: approved}]", encoding="utf-8")

    assert hear(file, f"OK {text}\n").of("approved") == [{"amount": cents}]


@pytest.mark.parametrize("text", ["--", "free", ",", "1-2"])
def test_what_is_no_amount_is_a_trouble(tmp_path: Path, text: str) -> None:
    """Not taken for nothing."""
    file = tmp_path / "console.yaml"
    file.write_text("lines: [{match: 'OK (?P<amount_money>.+)', kind: approved}]", encoding="utf-8")

    with pytest.raises(Garbled, match="is no money"):
        hear(file, f"OK {text}\n")


def test_a_group_that_took_no_part_is_no_field(personality: Path) -> None:
    """An optional part of a line gives a field only when it is there."""
    heard = hear(
        personality, "BOOT 1.0 slot A\nBOOT 1.0 slot B after PWR\nBOOT 2 slot A after WD\n"
    )

    assert heard.of("boot") == [
        {"version": "1.0", "slot": "A"},
        {"version": "1.0", "slot": "B", "reason": "power"},
        {"version": "2", "slot": "A", "reason": "WD"},
    ]


def test_the_models_words_become_ours_and_every_matching_entry_speaks(personality: Path) -> None:
    """A cause is normalised, and one line may be two observations."""
    heard = hear(personality, "!NO_NET no network\n!XYZ what\n")

    assert [one["cause"] for one in heard.of("detected")] == ["no_signal", "system_fault"]
    assert heard.of("report") == [{"on": "display", "cause": "no_signal"}]


def test_a_line_is_stamped_when_its_end_was_read(personality: Path) -> None:
    """Pieces of a line wait for its end; bytes that are no text do not stop the log."""
    heard = hear(personality, "BOOT 1.0", " slot A\n!NO", b"_NET \xff\x00\n")

    assert [(kind, t) for kind, t, _ in heard] == [
        ("line", 2.0), ("boot", 2.0), ("line", 3.0), ("detected", 3.0), ("report", 3.0),
    ]  # fmt: skip


def test_a_card_number_in_clear_is_masked_and_told(personality: Path) -> None:
    """The number is cut before anything is said, also in the fields, also across pieces."""
    heard = hear(personality, "card 99999900", "00000014 read\n", "card 999999******0014\n")

    assert [one["channel"] for one in heard.of("card_number_in_clear")] == ["console"]
    assert "9999990000000014" not in repr(heard)
    assert all(one["pan"].startswith("999999") for one in heard.of("card_read"))
    assert all(one["pan"].endswith("0014") for one in heard.of("card_read"))


def test_a_log_without_line_ends_does_not_grow_for_ever(personality: Path) -> None:
    """Noise of five thousand bytes is taken for a line."""
    heard = hear(personality, "x" * 5000, "y\n")

    assert [len(one["text"]) for one in heard.of("line")] == [5000, 1]


def test_the_journal_is_asked_for_in_the_models_own_words(
    personality: Path, tmp_path: Path
) -> None:
    """The command is data; a model without one says so."""
    port = ReplayPort(SteppingClock(), [(b"journal\r\n", None)], Spelling())
    Driver(port, personality=personality).ask_journal()
    port.check_said()

    silent = tmp_path / "silent.yaml"
    silent.write_text("lines: []", encoding="utf-8")
    with pytest.raises(NotSupported):
        Driver(port, personality=silent).ask_journal()


def test_a_lost_line_is_the_benchs_trouble(personality: Path) -> None:
    """An unplugged adapter is told as PortLost, after what it had read."""
    port = ReplayPort(SteppingClock(), [], Spelling())
    driver, heard = Driver(port, personality=personality), Heard()
    driver.observe = heard
    port.put_arrived(b"last\n")
    port.put_lost("unplugged")

    with pytest.raises(PortLost):
        driver.attend()
    assert heard.of("line") == [{"text": "last"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lines: [{match: '(', kind: boot}]", "entry 1"),
        ("lines: [{match: 'x'}]", "entry 1"),
        ("lines: [{match: 'x', kind: boot, type: int}]", "type"),
        ("lines: [{match: 'x', kind: report, fields: {on: display}}]", "quote"),
        ("lines: [{match: 'x', kind: aproved}]", "approved"),
        ("lines: [{match: 'x', kind: report, fields: {'on': screen}}]", "display"),
        ("lines: [{match: 'x', kind: detected, fields: {cause: host_silnt}}]", "host_silent"),
        ("lines: [{match: '(?P<cause>.)', kind: report, words: {cause: {A: nosignal}}}]", "no_sig"),
        ("lines: [{match: '(?P<state>.)', kind: state, words: {state: {R: rdy}}}]", "ready"),
        ("lines: [{match: '(?P<reason>.)', kind: boot, words: {reason: {P: pwr}}}]", "power"),
    ],
)
def test_a_wrong_personality_is_the_rigs_trouble(tmp_path: Path, text: str, said: str) -> None:
    """The error names the file and the entry, before anything runs."""
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(RigError, match=said):
        Driver(ReplayPort(SteppingClock(), [], Spelling()), personality=file)
    with pytest.raises(RigError, match="nowhere"):
        Driver(ReplayPort(SteppingClock(), [], Spelling()), personality=Path("nowhere.yaml"))


def test_a_personality_is_found_by_its_word_and_by_its_path_below_the_fixtures() -> None:
    """A rig file may name the model, a carried file, or a file of its own."""
    below = "terminal/countertop/console.yaml"
    for said in ("countertop", below, f"fixtures/{below}"):
        assert Driver(ReplayPort(SteppingClock(), [], Spelling()), personality=said)


def test_what_its_words_are_for_is_known(personality: Path) -> None:
    """Silence about anything else says nothing of the terminal."""
    told = Driver(ReplayPort(SteppingClock(), [], Spelling()), personality=personality).tells()

    assert {"boot", "state", "card_read", "detected", "report", "display"} <= told
    assert not {"printed", "light"} & told


@pytest.mark.parametrize(
    ("celsius", "read"),
    [
        ("24.7", 24.7), ("24", 24.0), ("-5.25", -5.25), ("24.74.7", None), ("24.", None),
        ("-", None), (".", None), ("--5", None), ("2 4", None),
    ],
)  # fmt: skip
def test_a_spoilt_number_makes_it_no_such_line(celsius: str, read: float | None) -> None:
    """A line that a bad wire spoilt is passed over; it is no mistake of the personality's."""
    rules, _, _ = read_personality(fixture("terminal", "countertop") / "console.yaml")
    line = f"08:01:27.947 I hlth: memory=42000 processor=6 celsius={celsius} storage=3902"

    told = [found for rule in rules if (found := rule.read(line)) and "celsius" in found]

    assert [row["celsius"] for row in told] == ([] if read is None else [read])
