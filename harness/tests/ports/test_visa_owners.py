"""The VISA port under the worst: two threads at once, servers that flood, stall or babble."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from harness.clock import ThreadClock
from harness.drivers._scpi import LONGEST, ScpiSession
from harness.errors import BenchError, Garbled, PortError, PortLost, PortTimeout
from harness.ports import _turn
from harness.ports._turn import QUIET, Turn
from harness.ports.visa import SLICE, VisaPort
from harness.tests.patience import LIMIT, soon

ROUNDS = 100


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serves every connection by ``serve``, in a thread of its own; its resource."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk(client: socket.socket) -> None:
            with client, suppress(OSError):
                serve(client)

        def run() -> None:
            try:
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=talk, args=(client,), daemon=True).start()
            except OSError:
                pass

        threading.Thread(target=run, daemon=True).start()
        yield f"TCPIP0::127.0.0.1::{listening.getsockname()[1]}::SOCKET"
        listening.shutdown(socket.SHUT_RDWR)


def echo(client: socket.socket) -> None:
    """Answers each line by itself, in two pieces."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = b""
    while part := client.recv(4096):
        buffer += part
        while b"\n" in buffer:
            line, _, buffer = buffer.partition(b"\n")
            client.sendall(line[:2])
            client.sendall(line[2:] + b"\n")


def deaf(client: socket.socket) -> None:
    """Reads and never answers."""
    while client.recv(4096):
        pass


@contextmanager
def opened(
    serve: Callable[[socket.socket], None], *, write_timeout: float = LIMIT
) -> Iterator[VisaPort]:
    """A port on such a server."""
    with server(serve) as address:
        port = VisaPort(ThreadClock(), address, write_timeout=write_timeout)
        port.open()
        yield port
        port.close()


# --- two threads ----------------------------------------------------------------------------


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn without an answer ends late: a thread that this machine holds up keeps its own."""
    monkeypatch.setattr(_turn, "QUIET", LIMIT)


@pytest.mark.usefixtures("patient")
def test_two_threads_on_one_port_get_their_own_answers() -> None:
    """Two hundred questions by two threads, plain writes and reads: each gets its own answers."""
    wrong: list[str] = []

    def talk(port: VisaPort, name: str) -> None:
        for index in range(ROUNDS):
            question = f"{name}{index:04}?\n".encode()
            port.write(question)
            answer = b""
            while not answer.endswith(b"\n"):
                chunk = port.read(port.clock.now() + LIMIT)
                if chunk is None:
                    break
                answer += chunk.data
            if answer != question:
                wrong.append(f"{question!r} was answered by {answer!r}")

    with opened(echo) as port:
        tasks = [port.clock.spawn(name, lambda name=name: talk(port, name)) for name in "AB"]  # type: ignore[misc]
        for task in tasks:
            assert task.join(port.clock.now() + 2 * LIMIT)
        port.clock.sleep(0.0)  # an error of a task would be raised here
    assert wrong == []


@pytest.mark.usefixtures("patient")
def test_two_sessions_on_one_port_get_their_own_answers() -> None:
    """The same through two drivers' sessions, which drop what they did not ask for."""
    wrong: list[str] = []

    def talk(scpi: ScpiSession, name: str) -> None:
        asked = [f"{name}{index}?" for index in range(ROUNDS)]
        answers = [scpi.ask(question) for question in asked]
        wrong.extend(answer for answer in answers if answer not in asked or answers != asked)

    with opened(echo) as port:
        threads = [
            threading.Thread(target=talk, args=(ScpiSession(port, timeout=LIMIT), name))
            for name in ("A", "B")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * LIMIT)
    assert wrong == []


def test_a_look_at_the_line_waits_for_the_end_of_anothers_turn() -> None:
    """A read whose time is now is not refused for a turn that takes long: it looks afterwards."""
    inside, told = threading.Event(), threading.Event()

    def hold(port: VisaPort) -> None:
        with port._turn.taken(0.0):
            inside.set()
            told.wait(4 * SLICE)  # nobody tells: the host stalls
            seen.append("end of the turn")

    seen: list[str] = []
    with opened(deaf, write_timeout=LIMIT) as port:
        thread = threading.Thread(target=hold, args=(port,))
        thread.start()
        assert inside.wait(LIMIT)
        assert port.read(until=port.clock.now()) is None
        seen.append("look")
        thread.join(LIMIT)
    assert seen == ["end of the turn", "look"]


def test_a_second_thread_is_refused_while_the_first_waits_for_its_answer() -> None:
    """Its message is not sent, and the text says why; the first one's wait is not disturbed."""
    heard: list[bytes] = []
    clients: list[socket.socket] = []

    def listen(client: socket.socket) -> None:
        clients.append(client)
        while part := client.recv(4096):
            heard.append(part)

    with opened(listen, write_timeout=0.1) as port:
        port.write(b"VOLT?\n")
        waiter = port.clock.spawn("owner", lambda: port.read(port.clock.now() + LIMIT))
        soon(port._turn.is_anothers)  # the main task's turn ends after a while, it is the owner's
        with pytest.raises(PortError, match="one owner"):
            port.write(b"OUTP ON\n")
        assert not port.readable
        clients[-1].sendall(b"5.0\n")
        assert waiter.join(port.clock.now() + LIMIT)
        port.write(b"OUTP OFF\n")
        soon(lambda: b"OFF\n" in b"".join(heard))
    assert b"".join(heard) == b"VOLT?\nOUTP OFF\n"


@pytest.mark.usefixtures("patient")
def test_a_dead_threads_turn_is_over() -> None:
    """A thread that wrote and died holds nobody up."""
    with opened(echo, write_timeout=0.1) as port:
        thread = threading.Thread(target=port.write, args=(b"A?\n",))
        thread.start()
        thread.join()
        port.write(b"B?\n")  # or it would be refused


def test_a_turn_that_nobody_ends_ends_by_itself() -> None:
    """A command without an answer does not keep the port; a call that is under way does."""

    class Still(ThreadClock):
        def now(self) -> float:
            return time

    time, clock = 0.0, Still()
    turn = Turn(clock, "here")
    with turn.taken(0.0, over=False):
        pass
    seen: list[bool] = []
    threading.Thread(target=lambda: seen.append(turn.is_anothers())).run()
    assert seen == [False]  # run() is this very thread
    other = threading.Thread(target=lambda: seen.append(turn.is_anothers()))
    other.start()
    other.join()
    assert seen == [False, True]
    time = QUIET + 0.01
    later = threading.Thread(target=lambda: seen.append(turn.is_anothers()))
    later.start()
    later.join()
    assert seen == [False, True, False]


def test_a_thread_that_hangs_on_the_old_line_neither_holds_up_nor_robs_the_new_one() -> None:
    """Whoever closes and opens the port has it at once; the other is told that its line is gone."""
    inside, wake, told = threading.Event(), threading.Event(), []

    with opened(echo, write_timeout=0.1) as port:
        wait = port._wait

        def hang(left: float) -> None:
            inside.set()
            assert wake.wait(LIMIT)
            port._wait = wait  # type: ignore[method-assign]

        def read() -> None:
            try:
                port.read(port.clock.now() + LIMIT)
            except PortLost as error:
                told.append(error)

        port._wait = hang  # type: ignore[method-assign]
        thread = threading.Thread(target=read)
        thread.start()
        assert inside.wait(LIMIT)
        with pytest.raises(PortError, match="one owner"):
            port.write(b"OUTP OFF\n")
        port.close()
        port.open()
        port.write(b"OUTP OFF\n")
        wake.set()
        thread.join(LIMIT)
        port._wait = wait  # type: ignore[method-assign]
        answer = b""
        while not answer.endswith(b"\n"):
            chunk = port.read(port.clock.now() + LIMIT)
            assert chunk is not None
            answer += chunk.data
    assert answer == b"OUTP OFF\n"
    assert len(told) == 1


# --- bad servers ----------------------------------------------------------------------------


def test_ten_megabytes_without_a_line_end_are_an_error_in_bounded_memory() -> None:
    """A session gives up at ``LONGEST``; nothing hangs, and it says what it got."""

    def flood(client: socket.socket) -> None:
        while client.recv(4096):
            client.sendall(b"x" * 10_000_000)

    with opened(flood) as port:
        scpi = ScpiSession(port, timeout=LIMIT)
        with pytest.raises(Garbled, match="bytes") as told:
            scpi.ask("*IDN?")
        assert len(str(told.value)) < 200
        assert len(scpi._buffer) < LONGEST + 100_000


def test_half_lines_before_the_question_are_not_its_answer() -> None:
    """A torn line that a restart left over is dropped with its late second half."""

    def torn(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"1.0\n3.")
        client.recv(4096)
        client.sendall(b"141\n2.0\n")
        deaf(client)

    with opened(torn) as port:
        scpi = ScpiSession(port, timeout=LIMIT)
        assert scpi.ask("VOLT?") == "1.0"
        port.clock.sleep(0.05)
        assert scpi.ask("CURR?") == "2.0"


def test_garbage_is_an_answer_that_does_not_parse() -> None:
    """Bytes of every value: Garbled, in the instrument's words; never a number."""

    def babble(client: socket.socket) -> None:
        while client.recv(4096):
            client.sendall(bytes(value for value in range(256) if value != 10) + b"\n")

    with opened(babble) as port, pytest.raises(Garbled, match="was answered by"):
        ScpiSession(port, timeout=LIMIT).number("VOLT?")


def test_a_deaf_instrument_costs_its_timeout_each_time_and_is_told_apart_from_a_lost_one() -> None:
    """PortTimeout again and again, not before its time; the port stays open."""
    with opened(deaf) as port:
        scpi = ScpiSession(port, timeout=0.1)
        for _ in range(3):
            began = port.clock.now()
            with pytest.raises(PortTimeout):
                scpi.ask("VOLT?")
            assert 0.1 <= port.clock.now() - began < LIMIT
        assert not port.readable


@pytest.mark.parametrize("end", ["close", "reset"])
def test_whatever_ends_a_connection_every_call_says_lost(end: str) -> None:
    """One family of errors for all calls, and no connection is made again unasked."""
    accepted: list[int] = []

    def drop(client: socket.socket) -> None:
        if client.recv(4096):
            accepted.append(1)
            if end == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with opened(drop) as port:
        scpi = ScpiSession(port, timeout=LIMIT)
        calls: list[Callable[[], object]] = [
            lambda: scpi.ask("VOLT?"), lambda: scpi.tell("OUTP OFF"), lambda: port.write(b"x\n"),
            lambda: port.read(port.clock.now() + LIMIT), port.clear,
        ]  # fmt: skip
        for call in calls:
            with pytest.raises(PortLost) as told:
                call()
            assert isinstance(told.value, BenchError)
        assert port.readable
        scpi.shout("OUTP OFF")  # the last resort never raises
        port.clock.sleep(0.1)
    assert accepted == [1]
