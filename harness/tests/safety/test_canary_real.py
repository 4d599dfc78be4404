"""Card numbers in real traffic: packets of a link, books of a served host, a card in a reader."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.files import carried
from harness.links.capture import SCRUBBED
from harness.links.tun import Tun, probe
from harness.tests.drivers.pcsc_lab import why_not
from harness.tests.links.test_tun import joined, receive
from harness.tests.safety.leaking_search import Search, opened
from harness.tests.safety.leaking_table import ALL, READS, cells
from harness.wire.iso8583 import Message, frame

CARD = "6212345678901232"  # of the deck's card ``second``
CARDS = Search([CARD], packed=[CARD])
STORY = """\
id: T-1
story: A sale.
when:
  - sale: {amount: 10.00 CNY, card: second}
  - hold: 1 s
always: [no_clear_card_number]
"""
NO_TUN = probe()
NO_READER = why_not()
requires_tun = pytest.mark.skipif(bool(NO_TUN), reason=f"no links of real packets: {NO_TUN}")
requires_pcscd = pytest.mark.skipif(bool(NO_READER), reason=f"no PC/SC stack: {NO_READER}")


def _spoken() -> list[tuple[bytes, ...]]:
    """Whole messages of a host, and whatever else the table has a way to say, in HTTP."""
    said: list[tuple[bytes, ...]] = []
    for one in cells("packets"):
        head = b"POST /log HTTP/1.1\r\n\r\n"
        said.append((head + one.pieces[0], *one.pieces[1:]))
    for one in cells("iso8583"):
        whole = frame(Message("0200", {2: one.pan, 3: "000000", 4: "000000001234", 11: "000007",
                                       35: f"{one.pan}D49122010000"}))  # fmt: skip
        said.append((whole[:20], whole[20:]) if one.encoding == READS else (whole,))
    return said


@requires_tun
def test_a_capture_of_real_packets_holds_none(tmp_path: Path) -> None:
    """What was sent arrives whole; in the file it is truncated, in two packets as well."""
    kept = tmp_path / "capture.pcapng"
    with Tun(seed="1") as tun:
        tun.ask("shape", delay=0.0, jitter=0.0, rate=None)
        near, far = joined(tun)
        tun.ask("capture", path=str(kept))
        for pieces in _spoken():
            for piece in pieces:
                near.sendall(piece)
                assert receive(far, len(piece)) == piece
        near.close()
        far.close()
        tun.ask("capture", path=None)

    planted = [*cells("packets"), *cells("iso8583")]
    assert planted
    assert Search([one.pan for one in ALL]).in_files(tmp_path) == set()
    said = b"".join(octets for _, octets in opened(kept.read_bytes()))
    assert said.count(b"POST /log") >= len(cells("packets"))
    assert kept.read_bytes().count(SCRUBBED.encode()) >= len(planted)


def _run(folder: Path) -> str:
    """A sale on the loopback rig, in a process of its own; the terminal dumps it on its console."""
    for name in ("scenarios", "run", "state", "tmp"):
        (folder / name).mkdir()
    (folder / "scenarios" / "s.yaml").write_text(STORY, encoding="utf-8")
    rig = carried("rigs", "loopback.yaml").read_text("utf-8")
    books = f"link: tun, ledger: {folder / 'books.sqlite'}"
    (folder / "loop.yaml").write_text(rig.replace("link: tun", books), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from harness.cli import main; sys.exit(main())",
         "run", "scenarios/s.yaml", "--rig", "loop.yaml", "--out", "out", "--defect", "pan_in_log"],
        cwd=folder, capture_output=True, text=True, timeout=400,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder / "run"), "TMPDIR": str(folder / "tmp"),
             "XDG_STATE_HOME": str(folder / "state")},
    )  # fmt: skip
    return ran.stdout + ran.stderr


@requires_tun
def test_a_served_bench_leaves_none(tmp_path: Path) -> None:
    """Books of a real host, a capture, locks, states and reports of a run in real time."""
    said = _run(tmp_path)

    assert CARDS.in_octets("screen", said.encode()) == set()
    assert CARDS.in_files(tmp_path) == set()
    assert "no_clear_card_number: the whole number of card 621234***1232 was on the console" in said
    books = b"".join(octets for _, octets in opened((tmp_path / "books.sqlite").read_bytes()))
    assert b"621234***1232" in books, "the sale came as far as the books"
    assert list(tmp_path.glob("out/*/capture.pcapng"))


@requires_pcscd
def test_a_card_in_a_real_reader_is_read_and_not_shown() -> None:
    """All that a script prints of it; the record has the number twice, and it was read whole."""
    command = ["unshare", "-n", "-m", sys.executable, "-m", "harness.tests.safety.leaking_cards"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180)

    assert ran.returncode == 0, ran.stderr[-2000:]
    assert CARDS.in_octets("screen", (ran.stdout + ran.stderr).encode()) == set()
    assert "621234***1232" in ran.stdout
    assert "bytes, True" in ran.stdout
