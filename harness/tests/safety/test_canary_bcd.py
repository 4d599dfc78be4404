"""BCD where a text should be, in an alphabet that would disguise it: told, and truncated."""

import json

import pytest

from harness.clock import CooperativeClock
from harness.drivers._zvt_report import Dialogue, Reporter
from harness.drivers.console import Driver
from harness.ports.memory import pair
from harness.tests.safety.leaking_search import Search
from harness.tests.safety.spellings import PANS, bcd
from harness.tests.safety.test_canary_channels import Heard, tlv
from harness.wire import zvt
from harness.wire.masked import without_bcd
from harness.wire.pan import is_pan, mask
from harness.wire.quoted import quoted

SEARCH = Search(PANS)
#: With a byte above 7F: one that UTF-8 replaces, and so hides from who looks for a whole number.
HIGH = next(pan for last in "0123456789" if is_pan(pan := f"41111191111111{last}1"))


def _raw(pan: str) -> bytes:
    return bytes.fromhex(bcd(pan))


@pytest.mark.parametrize("pan", [*PANS, HIGH])
def test_a_console_s_line_of_bcd_is_told_and_truncated(pan: str) -> None:
    """Before it is read as UTF-8."""
    clock, heard = CooperativeClock(), Heard()
    near, far = pair(clock, "console")
    driver = Driver(near)
    driver.observe = heard

    def talk() -> None:
        far.write(b"08:00:01 raw=" + _raw(pan) + b";\r\n")
        clock.sleep(0.1)
        driver.attend()

    clock.run(talk)

    assert heard.leaks() == ["console"]
    said = json.dumps(heard)
    assert f"{pan[:6]}***{pan[-4:]}" in said
    assert Search([pan]).in_octets("heard", said.encode()) == set()
    assert "\\u0011\\u0011" not in said


@pytest.mark.parametrize("pan", PANS)
def test_zvt_s_texts_of_bcd_are_told_and_truncated(pan: str) -> None:
    """Before they are read as CP437, on the display and on the receipt."""
    status = b"\xff\x03\x06" + tlv("", tlv("24", tlv("07", b"> " + _raw(pan))))
    said = zvt.Apdu(zvt.INTERMEDIATE_STATUS, status)
    for one in (said, zvt.Apdu(zvt.PRINT_LINE, b"\x00" + _raw(pan))):
        heard = Heard()
        talk, reporter = Dialogue(), Reporter(heard)
        for apdu in (one, zvt.Apdu(zvt.COMPLETION, b"")):
            reporter.take(apdu, 0.0, talk)

        assert heard.leaks() == ["receipt" if one.command == zvt.PRINT_LINE else "ecr"]
        texts = "".join(str(fields.get("text", "")) for _, fields in heard)
        assert "***" in texts
        assert SEARCH.in_octets("texts", texts.encode("cp437")) == set()


@pytest.mark.parametrize("pan", PANS)
@pytest.mark.parametrize("between", ["", "x=", ": ", "\n"])
@pytest.mark.parametrize("behind", ["", "\r\n", ";"])
def test_bcd_that_was_taken_for_text_is_masked(pan: str, between: str, behind: str) -> None:
    """Wherever it begins; of a track, what is behind goes as well; an escaped one is the same."""
    track = bytes.fromhex((f"{pan}D49121010000012345" + "F")[: (len(pan) + 19) // 2 * 2])
    for raw in (_raw(pan), track):
        text = between + raw.decode("latin-1") + behind
        for said in (text, repr(text)[1:-1]):
            shown = mask(said)
            assert f"{pan[:6]}***{pan[-4:]}" in shown
            assert SEARCH.in_octets("shown", shown.encode()) == set()
            assert "I\x12" not in shown


@pytest.mark.parametrize("innocent", [
    "2026-11-22 03:22:41 app: sale 12.50 approved", "abcdefghi pqrstuvwxy ABCDEFGHI 0123456789",
    "\x1b[1mready\x1b[0m 20261122 12345678", "caf\xe9 d\xe9j\xe0 vu \xa9 2026", "\0" * 40,
    "\x01\x02\x03\x04\x05\x06\x07\x08", "\t\t12345678\t\t87654321",
])  # fmt: skip
def test_texts_are_no_bcd(innocent: str) -> None:
    """Words, figures, colours of a terminal, other tongues."""
    assert mask(innocent) == innocent
    assert without_bcd(innocent.encode(), "utf-8") == innocent.encode()


def test_umlauts_and_figures_are_no_bcd() -> None:
    """CP437 has them where Latin-1 has controls."""
    octets = "0114 ää".encode("cp437")

    assert mask(octets.decode("latin-1")) != octets.decode("latin-1"), "it would pass for one"
    assert without_bcd(octets, "cp437") == octets


@pytest.mark.parametrize("pan", [*PANS, HIGH, "99999955231171257"])
def test_bcd_that_utf_8_has_eaten_in_part_is_cut_in_an_error(pan: str) -> None:
    """What it could not read is as good as digits."""
    said = f"the coil answers {_raw(pan).decode('utf-8', 'replace')!r} to ID"

    assert Search([pan]).in_octets("error", quoted(said).encode()) == set()


@pytest.mark.parametrize("cut", range(11, 17))
@pytest.mark.parametrize("spell", [
    lambda pan: pan, lambda pan: f"5A08{pan}", lambda pan: f"570F{pan}",
    lambda pan: pan.encode().hex(), lambda pan: "00".join(["", *pan.encode().hex(" ").split()]),
    lambda pan: _raw(pan + "0" * (len(pan) % 2)).decode("latin-1"),
])  # fmt: skip
def test_what_a_quote_has_cut_is_no_longer_than_may_be_shown(cut: int, spell: object) -> None:
    """A number without its end has no check digit: in an error it is cut all the same."""
    for pan in PANS[:2]:
        said = f"the coil answers {spell(pan[:cut])!r} to ID"  # type: ignore[operator]

        assert SEARCH.in_octets("error", quoted(said).encode()) == set()
