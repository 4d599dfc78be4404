"""The bench around a terminal by a third hand: its supply, its slot, its console, its board.

Source: none of its own; supply and relay board are those of ``foreign_bench``. Imports nothing of
the harness. ``python other_bench.py HOST:PORT folder=F [patience=S] [beacon=HOST:PORT] [bad ...]``
prints the addresses as one JSON line and runs until its standard input closes. The terminal is a
process (``other_terminal``), started at 6 V and killed (SIGKILL) at 5 V; what it knows is a file in
the folder. It may be ``bad`` at:

charges_again      after a cut it does not undo what was under way, it charges it once more
never_undoes       what the host did not answer is forgotten
loses_book         after a restart its journal is empty
calls_it_declined  a host that is lost is told as a declined card
repeats_stan       after a restart the last trace number is the next one's, too
"""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path

from foreign_bench import Board, Supply, echo, on_tcp, on_tty  # type: ignore[import-not-found]

UP, DOWN = 6.0, 5.0  # V


class Case:
    """Power, board and console of one terminal."""

    def __init__(self, command: list[str]) -> None:
        self.command, self.life = command, None
        self.console, self.card, self.volts = -1, False, 0.0
        self.lock = threading.Lock()

    life: subprocess.Popen[bytes] | None

    def feed(self, volts: float) -> None:
        """What the supply puts out from now on."""
        with self.lock:
            self.volts = volts
            if self.life and volts < DOWN:
                self.life.kill()
                self.life.wait()
                self.life = None
            elif not self.life and volts >= UP:
                card = f"card={int(self.card)}"
                self.life = subprocess.Popen(
                    [*self.command, card], stdin=subprocess.PIPE, stdout=self.console
                )
            if self.life:
                self.wire(f"volts {volts:.3f}")

    def push(self, card: bool) -> None:
        """A card goes in or out."""
        with self.lock:
            self.card = card
            self.wire(f"card {int(card)}")

    def wire(self, text: str) -> None:
        """Have the terminal's board know it."""
        if self.life and self.life.stdin:
            with contextlib.suppress(OSError):
                self.life.stdin.write(f"{text}\n".encode())
                self.life.stdin.flush()

    def hear(self, master: int) -> None:
        """The console: what is typed there goes in."""
        os.set_blocking(master, False)  # for its writers: a console that nobody reads loses lines
        self.console = master
        while select.select([master], [], [])[0]:
            with contextlib.suppress(BlockingIOError):
                if b"book" in os.read(master, 256):
                    with self.lock:
                        self.wire("book")


class Feed(Supply):  # type: ignore[misc]
    """That supply, with an eye on the voltage, and quick."""

    def __init__(self, case: Case) -> None:
        super().__init__(set(), lambda _: None)
        self.case = case
        self.pause.set()  # what it waits for before each answer

    def one(self, text: str) -> str | None:
        answer: str | None = super().one(text)
        if "?" not in text:
            volts = self.flags["OUTP"] * self.set["VOLT"]
            if volts != self.case.volts:
                self.case.feed(volts)
        return answer


def free() -> int:
    """A port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def main(host: str, told: list[str]) -> None:
    """Serve until standard input closes."""
    folder = next(word[7:] for word in told if word.startswith("folder="))
    rest = [word for word in told if not word.startswith("folder=")]
    port, here = free(), Path(__file__).with_name("other_terminal.py")
    case = Case([sys.executable, str(here), folder, str(port), host, *rest])
    feed = Feed(case)
    where = on_tcp(feed.serve, one_client=True).replace(":", "::")
    sys.stdout.write(json.dumps({
        "console": on_tty(case.hear), "reader": on_tty(Board(case.push).serve),
        "supply": f"TCPIP0::{where}::SOCKET", "terminal": f"127.0.0.1:{port}",
        "beacon": on_tcp(echo),
    }) + "\n")  # fmt: skip
    sys.stdout.flush()
    while select.select([0], [], [])[0] and os.read(0, 100):
        pass
    case.feed(0.0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
