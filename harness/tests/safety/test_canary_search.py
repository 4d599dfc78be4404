"""The search for card numbers can find: planted by hand in each kind of artefact, spelt anyhow."""

import base64
import gzip
import html
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.links.packet import TCP, ipv4
from harness.links.pcapng import PcapNg
from harness.tests.safety.leaking_search import Search
from harness.tests.safety.leaking_table import ALL, CANNOT, CHANNELS, ENCODINGS, LINES, READS, Cell
from harness.tests.safety.spellings import PANS, SPELT

PAN = PANS[0]
SEARCH = Search(PANS, packed=PANS)
Plant = Callable[[Path, bytes], object]


def _books(path: Path, octets: bytes) -> None:
    books = sqlite3.connect(path)
    with books:
        books.execute("create table ledger (stan, raw)")
        books.executemany("insert into ledger values (?, ?)",
                          [(7, octets), (8, octets.decode("latin-1"))])  # fmt: skip
        books.execute("delete from ledger where stan = 8")
    books.close()


def _packets(path: Path, octets: bytes) -> None:
    """Cut in two, a retransmission between."""
    half = len(octets) // 2
    with path.open("wb") as out:
        file = PcapNg(out, ("terminal",), application="us", comment="")
        for number, piece in ((1, octets[:half]), (1, octets[:half]), (1 + half, octets[half:])):
            head = bytes.fromhex("0FA01388") + number.to_bytes(4, "big") + bytes(4) + b"\x50"
            packet = ipv4(TCP, bytes(4), bytes([10, 0, 0, 1]), head + bytes(7) + piece)
            file.write(0, 1.0, packet)


def _zip(path: Path, octets: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/trace.jsonl.gz", gzip.compress(octets))


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


#: Artefact -> writes it as those who make it do, with something leaked in it.
ARTEFACTS: dict[str, Plant] = {
    "trace.jsonl": lambda path, octets: path.write_text(json.dumps({"text": _text(octets)})),
    "verdicts.json": lambda path, octets: path.write_text(
        json.dumps({"runs": [{"reason": _text(octets)}]}, ensure_ascii=False), encoding="utf-8"),
    "junit.xml": lambda path, octets: path.write_text(
        f'<testcase name="a"><failure message="{html.escape(_text(octets))}"/></testcase>'),
    "dossier.html": lambda path, octets: path.write_text(
        f'<img src="data:text/plain;base64,{base64.b64encode(octets).decode()}">'),
    "log.txt": lambda path, octets: path.write_text(f"08:00:09 asked: {octets!r}\n"),
    "books.sqlite": _books,
    "capture.pcapng": _packets,
    "old.log.gz": lambda path, octets: path.write_bytes(gzip.compress(octets)),
    "evidence.zip": _zip,
    "core": lambda path, octets: path.write_bytes(bytes(100) + octets + bytes(100)),
}  # fmt: skip


@pytest.mark.parametrize("name", ARTEFACTS)
@pytest.mark.parametrize("encoding", [one for one in ENCODINGS if one != LINES])
def test_a_number_in_an_artefact_is_found(tmp_path: Path, name: str, encoding: str) -> None:
    """However the number was written, and whatever the file is."""
    ARTEFACTS[name](tmp_path / name, b"xx " + ENCODINGS[encoding](PAN).encode("latin-1") + b" xx")

    found = SEARCH.in_files(tmp_path)

    assert {one.number for one in found} == {PAN}
    assert all(one.where.startswith(name) for one in found)


@pytest.mark.parametrize("spelling", SPELT)
def test_each_spelling_is_found(spelling: str) -> None:
    """Those of the other canaries as well."""
    for pan in PANS:
        found = SEARCH.in_octets("screen", f"x {SPELT[spelling](pan)} x".encode())
        assert pan in {one.number for one in found}


def test_a_part_that_is_too_long_is_found_and_what_may_be_shown_is_not(tmp_path: Path) -> None:
    """Eleven digits of any place; six and four are allowed, in a file's name as well."""
    (tmp_path / "a 99999900***0014.txt").write_text("999999***0014 4111 11** **** 1111")

    assert SEARCH.in_files(tmp_path) == set()
    (tmp_path / f"card-{PAN[3:14]}.txt").touch()
    assert {one.number for one in SEARCH.in_files(tmp_path)} == {PAN}
    assert Search((), ["00000014"]).in_octets("x", b"03:22:41 00000014 read")


@pytest.mark.parametrize("cell", ALL, ids=lambda cell: f"{cell.channel}, {cell.encoding}")
def test_each_cell_of_the_table_is_found_as_it_is_said(cell: Cell) -> None:
    """So a run that passed it on unseen would fail."""
    found = Search([cell.pan], [cell.rest] if cell.rest else [], [cell.pan])

    assert found.in_octets("wire", b"".join(cell.pieces) if cell.encoding == READS else
                           b"\n".join(cell.pieces))  # fmt: skip


def test_the_table_is_whole() -> None:
    """Each channel in each encoding is tried, or told why not."""
    tried = {(one.channel, one.encoding) for one in ALL}

    assert tried | set(CANNOT) == {(one, other) for one in CHANNELS for other in ENCODINGS}
    assert not tried & set(CANNOT)
    assert all(CANNOT.values())
