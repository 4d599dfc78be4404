"""Simulated devices on real ttys: the name stays, the tty comes and goes with the device's port."""

import os
import select
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.ports import served
from harness.ports.base import Port
from harness.ports.served import FOLDER, serve_pty
from harness.tests.patience import LIMIT, soon


class Plug:
    """A device with one line: it says what it is told, until ``x`` makes its port go away."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock, self.away = clock, False

    def accept(self, port: Port) -> None:
        if self.away:
            raise PortLost("nothing is plugged in")
        self.clock.spawn("plug", lambda: self.live(port))

    def live(self, port: Port) -> None:
        while True:
            chunk = port.read()
            assert chunk is not None
            port.write(chunk.data.upper())
            if b"x" in chunk.data:
                self.away = True
                port.close()
                return


@contextmanager
def on_tty(make: Callable[[CooperativeClock], Plug]) -> Iterator[tuple[Path, Plug]]:
    """The device in a thread of its own, in real time."""
    made: list[tuple[Path, Plug]] = []
    ready, over = threading.Event(), threading.Event()
    clock = CooperativeClock(wall=True)

    def main() -> None:
        plug = make(clock)
        made.append((Path(serve_pty(clock, plug.accept, "a/modem")), plug))
        ready.set()
        while not over.is_set():
            clock.sleep(0.02)

    thread = threading.Thread(target=lambda: clock.run(main), daemon=True)
    thread.start()
    assert ready.wait(LIMIT)
    try:
        yield made[0]
    finally:
        over.set()
        thread.join(LIMIT)
    assert not thread.is_alive()


def talk(line: int, said: bytes, wanted: bytes) -> None:
    """Write, and read until that was answered."""
    os.write(line, said)
    heard = b""
    while wanted not in heard:
        assert select.select([line], [], [], LIMIT)[0], heard
        heard += os.read(line, 100)


def opened(path: Path) -> int:
    """A descriptor of the tty, raw."""
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line, termios.TCSANOW)
    return line


def test_a_tty_goes_with_its_port_and_comes_back_under_the_same_name() -> None:
    """Who has it open sees a hang-up; the link is gone; then it leads to another tty."""
    with on_tty(Plug) as (path, plug):
        line = opened(path)
        talk(line, b"hello", b"HELLO")
        first = path.resolve()

        os.write(line, b"x")
        soon(lambda: not path.is_symlink())
        watch = select.poll()
        watch.register(line, select.POLLIN)
        hung_up = watch.poll(LIMIT * 1000)
        plug.away = False
        soon(path.is_symlink)
        again = opened(path)
        talk(again, b"back", b"BACK")

        assert hung_up[0][1] & select.POLLHUP
        assert path.name == "a-modem"
        assert path.resolve() != first  # the old one is held open here, as by a careless program
        os.close(line)
        os.close(again)


def test_a_device_that_is_off_at_first_has_its_name_later() -> None:
    """No tty while it refuses connections."""

    def off(clock: CooperativeClock) -> Plug:
        plug = Plug(clock)
        plug.away = True
        return plug

    with on_tty(off) as (path, plug):
        assert not path.is_symlink()
        plug.away = False
        soon(path.is_symlink)
        line = opened(path)
        talk(line, b"up", b"UP")
        os.close(line)


def test_what_a_killed_process_left_is_cleared_by_the_next() -> None:
    """Its folder of names; folders of the living stay."""
    with on_tty(Plug) as (path, _):
        folder = path.parent
        assert folder.name.startswith(f"{FOLDER}{os.getpid()}-")
        dead = folder.parent / f"{FOLDER}999999999-left"
        dead.mkdir(exist_ok=True)
        served._links.cache_clear()
        assert served._links().parent == folder.parent
        assert not dead.exists()
        assert path.is_symlink()
