"""What is kept of real packets: a pcapng that others read, and no card number in it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.utils import PcapNgReader

from harness.links.pcapng import PcapNg
from harness.links.scrub import scrub, scrub_seam
from harness.wire.pan import find

VISA, MASTERCARD = "4761739001010119", "5413330089010434"  # test cards


def blocks(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each block; both of its lengths agree."""
    at = 0
    while at < len(octets):
        size = int.from_bytes(octets[at + 4 : at + 8], "little")
        assert size % 4 == 0
        assert octets[at + size - 4 : at + size] == octets[at + 4 : at + 8]
        yield int.from_bytes(octets[at : at + 4], "little"), octets[at + 8 : at + size - 4]
        at += size


def test_a_file_is_read_by_others(tmp_path: Path) -> None:
    """Packets, their times to the microsecond, their comments and where they were seen."""
    packet = bytes(IP(src="100.64.0.2", dst="198.51.100.7") / TCP(sport=1, dport=2) / b"hello")
    path = tmp_path / "a.pcapng"
    with path.open("wb") as out:
        file = PcapNg(out, ("terminal", "host"), application="us", comment="a test")
        file.write(0, 1_700_000_000.25, packet, ["dropped: loss"])
        file.write(1, 1_700_000_001.5, packet)
        file.remark(0, 1_700_000_002.0, ["outage: on True"])

    with PcapNgReader(str(path)) as reader:
        seen = list(reader)

    assert [bytes(one) for one in seen] == [packet, packet]
    times = [float(one.time) for one in seen]
    assert times == pytest.approx([1_700_000_000.25, 1_700_000_001.5], abs=1e-6)
    assert b"dropped: loss" in (seen[0].comment or b"")
    assert [one.sniffed_on for one in seen] == ["terminal", "host"]


@given(st.binary(max_size=70), st.lists(st.text(max_size=20), max_size=3), st.floats(0, 4e9))
def test_every_block_is_whole(packet: bytes, comments: list[str], t: float) -> None:
    """Whatever the packet and its comments are."""
    out = io.BytesIO()
    PcapNg(out, ("a",), application="", comment="").write(0, t, packet, comments)

    kinds = [kind for kind, _ in blocks(out.getvalue())]
    assert kinds == [0x0A0D0D0A, 1, 6]


def hidden(octets: bytes) -> bytes:
    """Scrubbed."""
    changed = bytearray(octets)
    scrub(changed)
    return bytes(changed)


@pytest.mark.parametrize(
    ("octets", "kept"),
    [
        (f"pan={VISA};".encode(), b"pan=476173******0119;"),
        (f"{MASTERCARD}=49122010000".encode(), b"541333***********"),
        (bytes.fromhex("0216" + VISA + "00"), bytes.fromhex("0216" + "4761730000000119" + "00")),
        (
            bytes.fromhex("5a08" + VISA + "9f02"),
            bytes.fromhex("5a08" + "4761730000000119" + "9f02"),
        ),
        (b"nothing here 1234567890", b"nothing here 1234567890"),
    ],
)
def test_a_card_number_keeps_first_six_and_last_four(octets: bytes, kept: bytes) -> None:
    """In ASCII with or without its track, and in BCD behind its length."""
    changed = hidden(octets)

    assert len(changed) == len(octets)
    if b"=" in octets and b"541333" in octets:
        assert changed.startswith(kept[:6])
        assert b"0089010434" not in changed
        assert b"4912" not in changed
    else:
        assert changed == kept


@given(st.binary(max_size=40), st.binary(max_size=40), st.booleans())
def test_no_card_number_is_left(before: bytes, after: bytes, packed: bool) -> None:
    """Wherever it stands, nobody who looks finds it, and looking twice changes nothing."""
    number = bytes.fromhex("16" + VISA) if packed else f" {VISA} ".encode()

    changed = hidden(before + number + after)

    assert VISA.encode() not in changed
    assert not re.search(VISA, changed.hex())
    assert len(changed) == len(before + number + after)


@given(st.integers(1, 17))
def test_a_number_cut_in_two_is_found(cut: int) -> None:
    """At the seam of two segments."""
    octets = f"x{VISA}x".encode()
    before, after = bytearray(b"....." + octets[:cut]), bytearray(octets[cut:] + b".....")

    found = scrub_seam(before, after)

    whole = bytes(before + after)
    assert found
    assert VISA.encode() not in whole
    assert not find(whole.decode("latin-1"))
