"""Registers of frames against written bytes and hostile terminals."""

from pathlib import Path
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers import concert, frames
from harness.drivers._frames_talk import load_profile
from harness.drivers._own_words import OwnWords
from harness.engine.needs import refused
from harness.errors import Astray, NotSupported, PortLost, PortTimeout, RigError
from harness.model.means import means_of
from harness.model.register import Desk, Reprints, Settles, SignsOff, SignsOn
from harness.model.roles import Polled, SaleResult, Terminal, Watched, plays
from harness.model.scenario import Scenario
from harness.model.units import Money, Volts
from harness.ports.base import Port
from harness.ports.memory import pair

CARD = "9999990000000014"
ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"
ASKED = b"010000125011" + b"0978" + b" " * 10 + b"A010B010"


def lrc(body: bytes) -> bytes:
    """STX, body, ETX, LRC; computed here, not by the codec."""
    value = 0
    for octet in body + b"\x03":
        value ^= octet
    return b"\x02" + body + b"\x03" + bytes([value])


def answer(result: bytes = b"0", amount: bytes = b"00001250", card: bytes = b"") -> bytes:
    """A Concert answer of 80 bytes."""
    return lrc(b"01" + result + amount + b"1" + card.ljust(55) + b"978" + b"0000000042")


class Written:
    """A terminal that says its lines, one whenever something comes; deaf when they are said."""

    def __init__(self, *lines: bytes, every: float = 0.0) -> None:
        self.clock = CooperativeClock()
        self.port, self._theirs = pair(self.clock, "terminal")
        self.heard: list[bytes] = []
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self._lines, self._every = list(lines), every

    def observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))

    def live(self) -> None:
        while True:
            try:
                chunk = self._theirs.read()
            except PortLost:
                return
            assert chunk is not None
            self.heard.append(chunk.data)
            if self._lines:
                self._theirs.write(self._lines.pop(0))

    def sell(self, driver: Any) -> SaleResult:
        """A sale with it."""
        driver.observe = self.observe

        def main() -> SaleResult:
            self.clock.spawn("terminal", self.live)
            result = driver.sell(Money(1250, "EUR"))
            assert isinstance(result, SaleResult)
            return result

        return self.clock.run(main)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [fields for one, fields in self.seen if one == kind]


def test_what_concert_and_frames_play() -> None:
    """Their roles; a line with heartbeats is polled."""
    nowhere, _ = pair(CooperativeClock(), "x")
    assert all(plays(concert.Driver(nowhere), role) for role in (Terminal, Desk, Watched))
    mis = frames.Driver(nowhere, profile="mispos_bcd")
    for role in (Terminal, Desk, Settles, SignsOn, SignsOff, Reprints, Watched):
        assert plays(mis, role)
    assert not isinstance(mis, Polled)
    assert isinstance(frames.Driver(nowhere, profile="codepay"), Polled)


def test_concert_says_on_the_wire_what_public_clients_say() -> None:
    """ENQ, the 34 bytes with their LRC, EOT; ACK to the terminal's ENQ and to its answer."""
    terminal = Written(ACK, ACK, ENQ, answer(), EOT)
    result = terminal.sell(concert.Driver(terminal.port))

    assert (result.outcome, result.code, result.amount) == ("approved", "0", 1250)
    assert terminal.heard == [ENQ, lrc(ASKED), EOT, ACK, ACK]


@pytest.mark.parametrize(("code", "outcome"), [(b"7", "failed"), (b"9", "unknown")])
def test_what_concert_refuses_has_no_reason(code: bytes, outcome: str) -> None:
    """7: not done; 9: nobody knows yet; neither names a cause, and none is made up."""
    terminal = Written(ACK, ACK, ENQ, answer(code), EOT)
    result = terminal.sell(concert.Driver(terminal.port))

    assert (result.outcome, result.cause) == (outcome, "")
    assert not terminal.of("report")


@pytest.mark.parametrize(
    ("lines", "outcome", "said"),
    [
        ((), "failed", "nobody answers (ENQ)"),
        ((NAK,), "failed", "busy"),
        ((b"?", b"?", b"?", b"?"), "failed", "nobody answers"),
        ((ACK,), "unknown", "not acknowledged"),
        ((ACK, NAK, NAK, NAK, NAK, NAK), "unknown", "refused"),
        ((ACK, ACK), "unknown", "no answer"),
        ((ACK, ACK, ENQ), "unknown", "no answer"),
        ((ACK, ACK, ENQ, answer()[:40]), "unknown", "no answer"),
        ((ACK, ACK, ENQ, answer()[:-1] + b"\x55"), "unknown", "no answer"),
        ((ACK, ACK, ENQ, lrc(b"01" + b"0" * 20)), "unknown", "no answer"),
        ((ACK, ACK, ENQ, answer(amount=b"00009999"), EOT), "unknown", "no answer"),
    ],
)
def test_a_hostile_concert_terminal_approves_nothing(
    lines: tuple[bytes, ...], outcome: str, said: str
) -> None:
    """Deaf, busy, half, spoilt, another's amount: failed if it was not sent, else unknown."""
    terminal = Written(*lines)
    result = terminal.sell(concert.Driver(terminal.port))

    assert result.outcome == outcome, result
    assert said in result.text
    assert terminal.heard.count(lrc(ASKED)) <= 4


def test_two_answers_are_one() -> None:
    """The second is a repetition, or nobody's."""
    terminal = Written(ACK, ACK, ENQ, answer() + answer(), EOT + ENQ, answer(b"7"), EOT)
    driver = concert.Driver(terminal.port)
    result = terminal.sell(driver)

    assert result.outcome == "approved"


def test_a_card_number_in_clear_is_told_and_kept_out_of_everything() -> None:
    """In an answer, in garbage, in a frame that is no answer."""
    for line in (answer(card=CARD.encode()), answer(card=f";{CARD}=4912101?".encode()),
                 lrc(b"PAN " + CARD.encode())):  # fmt: skip
        terminal = Written(ACK, ACK, ENQ, line, EOT)
        result = terminal.sell(concert.Driver(terminal.port))

        assert terminal.of("card_number_in_clear"), line
        assert CARD not in repr(result) + repr(terminal.seen)


def test_an_amount_that_the_protocol_has_no_room_for_is_never_sent() -> None:
    """Eight digits: what has nine is refused here, by its field."""
    terminal = Written(ACK, answer())
    driver = concert.Driver(terminal.port)

    def main() -> None:
        with pytest.raises(NotSupported, match="amount does not fit into 8 bytes"):
            driver.sell(Money(1_000_000_000, "EUR"))

    terminal.clock.run(main)
    assert terminal.heard == []


def test_status_is_an_empty_turn() -> None:
    """ENQ, ACK, EOT: it answers, and that was heard; silence is no answer."""
    terminal = Written(ACK)
    driver = concert.Driver(terminal.port, answer_within=9.0)
    driver.observe = terminal.observe

    def main() -> str:
        terminal.clock.spawn("terminal", terminal.live)
        said = driver.status()
        terminal.clock.sleep(1.0)
        with pytest.raises(PortTimeout):
            driver.status()
        return said

    assert terminal.clock.run(main) == "00"
    assert terminal.heard[:2] == [ENQ, EOT]
    assert terminal.seen == [("ecr_status", {"code": "ACK", "text": "it takes an enquiry"})]


def test_a_terminal_that_is_busy_does_not_speak_of_a_bad_line() -> None:
    """NAK to each ENQ: the sale was not sent, and nobody is sent to look at the cable."""
    terminal = Written(*[NAK] * 10)
    driver = concert.Driver(terminal.port)

    assert terminal.sell(driver).outcome == "failed"
    driver.look()


def test_a_terminal_that_refuses_each_frame_speaks_of_a_bad_line() -> None:
    """ACK to ENQ, NAK to what is asked then, as often as it is sent."""
    terminal = Written(ACK, *[NAK] * 10)
    driver = concert.Driver(terminal.port)

    assert terminal.sell(driver).outcome == "unknown"
    with pytest.raises(Astray):
        driver.look()


def test_an_answer_nobody_waits_for_is_said_and_belongs_to_no_sale() -> None:
    """It came after the register had given up."""
    terminal = Written(ACK, ACK)
    driver = concert.Driver(terminal.port)
    driver.observe = terminal.observe

    def main() -> SaleResult:
        terminal.clock.spawn("terminal", terminal.live)
        first = driver.sell(Money(1250, "EUR"))
        terminal._theirs.write(ENQ)
        terminal.clock.sleep(0.1)
        driver.attend()
        terminal._theirs.write(answer())
        terminal.clock.sleep(0.1)
        driver.attend()
        return first

    assert terminal.clock.run(main).outcome == "unknown"
    assert terminal.of("ecr_status")[-1]["text"] == "an answer nobody waits for"
    assert not terminal.of("ecr_result")


class Gone(Port):
    """A port that cannot be opened."""

    def open(self) -> None:
        raise PortLost("no such tty")

    def write(self, data: bytes) -> None:
        raise PortLost("no such tty")

    def read(self, until: float | None = None) -> None:
        raise PortLost("no such tty")

    @property
    def readable(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to let go."""


@pytest.mark.parametrize("profile", ["concert", "mispos_bcd", "mispos_binary", "codepay"])
def test_a_line_that_is_not_there_fails_and_nothing_is_unknown(profile: str) -> None:
    """Nothing was sent; and there is nothing to ask about."""
    clock = CooperativeClock()
    driver = frames.Driver(Gone(clock, "/dev/ttyX"), profile=profile)

    def main() -> SaleResult:
        assert driver.last_result() is None
        driver.poll()
        with pytest.raises(PortLost):
            driver.sign_on()
        return driver.sell(Money(100))

    assert clock.run(main).outcome == "failed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source: x", "frame"),
        ("like: mispos_bcd\nframe: {start: 0x2, end: '03'}", "frame.start"),
        ("like: mispos_bcd\nhandshake: {kind: token}", "handshake.kind"),
        ("- 1", "wanted a profile's keys"),
        ("a: [", "no good file"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    """Before anything is sent."""
    file = tmp_path / "mine.yaml"
    file.write_text(text)

    with pytest.raises(RigError, match=said) as raised:
        load_profile(str(file))
    assert "mine.yaml" in str(raised.value)


def test_a_profile_that_is_not_there_is_refused() -> None:
    """By its word."""
    with pytest.raises(RigError, match=r"nowhere\.yaml"):
        load_profile("nowhere")


def test_a_profile_of_ones_own_is_read_from_a_path(tmp_path: Path) -> None:
    """Like one of the project's, with another frame."""
    file = tmp_path / "mine.yaml"
    file.write_text("like: mispos_bcd\nsource: mine\nframe: {start: '02', end: '03'}\n")

    own = load_profile(str(file))

    assert (own.source, own.frame.check.kind, own.handshake.kind) == ("mine", "none", "ack")


# --- a model's own words ---


def test_a_models_words_are_codes_texts_and_prompts(tmp_path: Path) -> None:
    """A code in a text counts first, then what the text says."""
    folder = tmp_path / "register.yaml"
    folder.write_text(
        "codes: {E106: no_signal}\ntexts: [{match: no network, cause: not_registered}]\n"
        "asks: {insert: INSERT}\n"
    )
    words = OwnWords.of(str(folder))

    assert words.cause("E106 no network") == "no_signal"
    assert words.cause("No Network!") == "not_registered"
    assert words.cause("fine") == ""
    assert (words.asked("please insert card"), words.asked("wait")) == ("insert", "")


def test_what_can_be_named_is_the_profiles_and_the_models(tmp_path: Path) -> None:
    """A cause for which neither has a code or a word is none that it fails to tell."""
    words = tmp_path / "register.yaml"
    words.write_text("codes: {E106: no_signal}\ntexts: [{match: paper, cause: paper_out}]\n")
    port, _ = pair(CooperativeClock(), "terminal")
    bare = frames.Driver(port, profile="mispos_bcd").nameable()
    own = frames.Driver(port, profile="mispos_bcd", personality=str(words)).nameable()

    assert {"card_declined", "host_silent"} <= bare
    assert not {"no_signal", "paper_out", ""} & bare
    assert own == bare | {"no_signal", "paper_out"}


def test_a_profile_says_which_causes_its_terminals_codes_tell(tmp_path: Path) -> None:
    """One that has a single code for most of what goes wrong is not held to the others."""
    mine = tmp_path / "mine.yaml"
    mine.write_text("like: mispos_bcd\nsource: mine\ntells: [card_declined]\n")
    port, _ = pair(CooperativeClock(), "terminal")
    driver = frames.Driver(port, profile=str(mine))

    assert driver.nameable() == {"card_declined"}
    assert load_profile(str(mine)).result({"code": "99"}).cause == "not_signed_on"

    mine.write_text("like: mispos_bcd\ntells: [nothing]\n")
    with pytest.raises(RigError, match="tells: no 'nothing'"):
        load_profile(str(mine))


@pytest.mark.parametrize(
    "text",
    ["codes: [1]", "codes: {E1: nothing}", "lacks: [sale]", "texts: [{match: '('}]", "[", ""],
)
def test_wrong_words_are_refused(tmp_path: Path, text: str) -> None:
    """With the file's name."""
    file = tmp_path / "register.yaml"
    file.write_text(text)

    with pytest.raises(RigError, match=r"register\.yaml"):
        OwnWords.of(str(file))


@pytest.mark.parametrize("model", ["countertop"])
def test_a_models_words_are_whole(model: str) -> None:
    """Every code of the simulated terminal is known to its register."""
    words = OwnWords.of(model)

    assert len(words.codes) > 60
    assert words.asked("AMOUNT 10.00 INSERT OR SWIPE CARD") == "insert"
    assert words.asked("PLEASE REMOVE CARD") == "remove"


def test_what_a_profile_or_a_model_has_not_is_known_before_a_run(tmp_path: Path) -> None:
    """CodePay has no end of day, no sign-on and no copies; a model may have less than that."""
    words = tmp_path / "register.yaml"
    words.write_text("lacks: [reprint]\n")
    port = pair(CooperativeClock(), "terminal")[0]
    codepay = frames.Driver(port, profile="codepay")
    own = frames.Driver(port, profile="mispos_bcd", personality=str(words))

    assert {"settle", "sign_on", "sign_off", "reprint"} <= set(codepay.lacks())
    assert "settle" not in own.lacks()
    assert "reprint" in own.lacks()
    assert "settle" in means_of({"terminal": codepay}, Volts(5)).lacks


@pytest.mark.parametrize(("driver", "lacks"), [(concert.Driver, True), (frames.Driver, False)])
def test_who_cannot_abort_says_so_before_a_run(driver: Any, *, lacks: bool) -> None:
    """A story in which the cashier gives up at the register is skipped, with the reason."""
    port = pair(CooperativeClock(), "terminal")[0]
    own = driver(port) if driver is concert.Driver else driver(port, profile="mispos_bcd")
    plain = {"id": "X", "story": "s", "when": [{"abort": {}}]}
    story = Scenario(id="X", name="x", family="f", story="s", path="x.yaml", plain=plain)

    why = refused(story, means_of({"terminal": own}, Volts(5)))

    assert ["no way to abort" in one for one in why] == [True] * lacks
