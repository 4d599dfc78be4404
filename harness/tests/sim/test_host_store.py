"""The acquirer's books on disk: what they survive, and what is not in them."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harness.errors import BenchError
from harness.sim.bench_plan import check_plan
from harness.sim.host_store import Store
from harness.tests.patience import LIMIT
from harness.tests.sim.host_bench import MASTER, PAN, Bench, Teller
from harness.wire import mac
from harness.wire.iso8583 import Deframer, Message, frame, unframe
from harness.wire.subfields import Kind, Totals, WorkKeys

WHO = {41: "HIL00001", 42: "9" * 15}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Where books are kept."""
    return str(tmp_path / "books.sqlite")


def again(bench: Bench, file: str) -> Bench:
    """The same host after a restart."""
    bench.host.ledger.store.close()
    return Bench(file)


def test_a_restarted_host_knows_all_it_knew(file: str) -> None:
    """Who is signed on, repeats with old numbers, reversals without a request, voids, uploads."""
    held = []

    def before(bench: Bench) -> Message:
        teller = bench.teller()
        held.append(teller.keys)
        first = teller.ask(teller.sale(2))
        teller.ask(teller.sale(3))
        teller.ask(teller.related(4, 3, ("0200", "200000", "00", "23")))
        teller.ask(teller.reversal(9))
        teller.ask(teller.settlement(Totals(1, 1)), seal=False)
        teller.ask(teller.item(2), seal=False)
        return first

    def after(bench: Bench) -> list[Message]:
        unsigned = Teller(bench.clock, bench.host)
        unsigned.batch = 1
        refused = unsigned.ask(unsigned.sale(2))
        teller = Teller(bench.clock, bench.host)
        teller.batch, teller.keys = 1, held[0]
        asked = [teller.sale(2), teller.sale(2, 99), teller.sale(9), teller.reversal(3)]
        rest = [teller.ask(message) for message in asked]
        end = teller.ask(teller.upload_end("202", 1), seal=False)
        teller.sign_on()
        assert teller.batch == 2
        return [refused, *rest, end, teller.ask(teller.sale(2))]

    old = Bench(file)
    first = old.run(before)
    new = again(old, file)
    replies = new.run(after)

    assert [reply.get(39) for reply in replies] == ["A0", "00", "94", "22", "22", "00", "00"]
    assert (replies[1].get(37), replies[1].get(38)) == (first.get(37), first.get(38))
    assert replies[-1].get(37) not in ("", first.get(37))
    assert new.rules() == ["stan_reused", "reversal_of_voided"]
    told = [new.host.ledger.told(entry) for entry in new.host.ledger]
    assert [(row["stan"], row["voided"], row["uploaded"]) for row in told] == [
        (2, False, True), (3, True, False), (4, False, False), (2, False, False),
    ]  # fmt: skip


def test_neither_cards_nor_keys_are_in_the_file(file: str) -> None:
    """Not in the clear, not as hex, not packed; the file is its owner's."""
    bench = Bench(file)

    def story(bench: Bench) -> list[bytes]:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        teller.ask(teller.settlement(Totals(1, 1)), seal=False)
        teller.ask(teller.item(2), seal=False)
        assert teller.keys is not None
        return [teller.keys.mac, teller.keys.pin, MASTER]

    keys = bench.run(story)
    kept = b"".join(path.read_bytes() for path in Path(file).parent.iterdir())
    for secret in (PAN.encode(), bytes.fromhex(PAN), *keys, *(key.hex().encode() for key in keys)):
        assert secret not in kept
        assert secret.upper() not in kept
    assert b"621234***1265" in kept
    assert Path(file).stat().st_mode & 0o077 == 0


def test_who_signed_off_or_on_anew_is_known_by_that(file: str) -> None:
    """Of two sign-ons the second's keys hold; who signed off is asked to sign on first."""
    kept = {}

    def before(bench: Bench) -> None:
        teller = bench.teller()
        kept["old"] = teller.keys
        teller.sign_on()
        kept["new"] = teller.keys

    def asked(bench: Bench, key: str, stan: int) -> str:
        teller = Teller(bench.clock, bench.host)
        teller.batch, teller.keys = 1, kept[key]
        return teller.ask(teller.sale(stan)).get(39)

    first = Bench(file)
    first.run(before)
    second = again(first, file)
    assert second.run(lambda bench: [asked(bench, "old", 5), asked(bench, "new", 6)]) == [
        "A0", "00",
    ]  # fmt: skip
    off = Kind("00", 1, "002").text
    second.run(lambda bench: bench.teller().ask(Message("0820", {11: "000008", 60: off, **WHO})))
    third = again(second, file)
    assert third.run(lambda bench: asked(bench, "new", 9)) == "99"


def test_books_are_one_hosts_at_a_time(file: str) -> None:
    """A second host is told; after the first one's end it may have them."""
    first = Store(file)
    first.undo(("m", "t", 1, 2))
    first.commit()
    with pytest.raises(BenchError, match="locked"):
        Store(file)
    first.close()
    with closing(Store(file)) as second:
        assert list(second.undone()) == [("m", "t", 1, 2)]


def test_what_was_not_committed_is_forgotten(file: str) -> None:
    """An answer that never left leaves nothing."""
    first = Store(file)
    first.remember("a", 1)
    first.commit()
    first.remember("a", 2)
    first.close()

    with closing(Store(file)) as second:
        assert second.recall("a") == 1


@pytest.mark.parametrize("content", [b"these are no books", b""])
def test_a_file_of_something_else_is_refused(file: str, content: bytes) -> None:
    """No database, another's database, another version, a folder that is not there."""
    if content:
        Path(file).write_bytes(content * 100)
    else:
        with closing(sqlite3.connect(file)) as others:
            others.execute("CREATE TABLE entries (a)")
    with pytest.raises(BenchError, match="books"):
        Store(file)
    with pytest.raises(BenchError, match="books"):
        Store(f"{file}/nowhere/books")


def test_books_on_a_virtual_bench_are_refused() -> None:
    """Its items must not know of each other."""
    assert [*check_plan({"ledger": "x"}, virtual=True)] != []
    assert [*check_plan({"ledger": "x"})] == []


# --- a process that is killed ---------------------------------------------------------------


@contextmanager
def served(file: str) -> Iterator[tuple[subprocess.Popen[str], socket.socket]]:
    """A host in a process of its own, and a connection to it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.sim.served"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    outlet = "sim+tcp://host/iso8583"
    plan = {"terminal": None, "ledger": file}
    process.stdin.write(json.dumps({"plan": plan, "seed": 1, "serve": [outlet]}) + "\n")
    process.stdin.flush()
    try:
        host, _, port = json.loads(process.stdout.readline())[outlet].rpartition(":")
        with socket.create_connection((host, int(port)), LIMIT) as line:
            yield process, line
    finally:
        process.kill()
        process.communicate(timeout=LIMIT)


class Line:
    """A terminal at a real socket."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._deframer = Deframer()
        self._inside: list[bytes] = []
        self._key = b""
        sign_on = {11: "000001", 60: Kind("00", 0, "003").text, 63: "01 "}
        self.send(Message("0800", WHO | sign_on))
        self._key = WorkKeys.unwrap(self.receive().get(62), MASTER).mac

    def send(self, message: Message) -> None:
        self._line.sendall(frame(mac.sealed(message, self._key) if self._key else message))

    def receive(self) -> Message:
        while not self._inside:
            octets = self._line.recv(4096)
            if not octets:
                raise ConnectionResetError
            self._inside += self._deframer.feed(octets)
        return unframe(self._inside.pop(0))

    def approval(self) -> tuple[int, str]:
        """Trace number and authorisation code of the next answer."""
        reply = self.receive()
        return reply.stan, reply.get(38)

    def sale(self, stan: int) -> Message:
        return Message("0200", WHO | {
            2: PAN, 3: "000000", 4: "000000001234", 11: f"{stan:06d}", 22: "051", 25: "00",
            49: "156", 60: Kind("22", 1).text,
        })  # fmt: skip


def test_what_was_answered_survives_a_kill(file: str) -> None:
    """SIGKILL among sales: each that was answered is on the disk, and a repeat is known again."""
    with served(file) as (process, line):
        teller = Line(line)
        for stan in range(2, 60):
            teller.send(teller.sale(stan))
        answered = dict(teller.approval() for _ in range(20))
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
        try:
            while True:  # what left before it died counts as well
                answered.update([teller.approval()])
        except ConnectionError:
            pass

    with closing(sqlite3.connect(file)) as books:
        rows = books.execute("SELECT stan, status, pan FROM entries").fetchall()
    assert set(answered) <= {stan for stan, _, _ in rows}
    assert {row[1:] for row in rows} == {("approved", "621234***1265")}

    with served(file) as (_, line):
        teller = Line(line)
        for stan in answered:
            teller.send(teller.sale(stan))
        repeated = dict(teller.approval() for _ in answered)
    assert repeated == answered
