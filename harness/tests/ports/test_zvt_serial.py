"""ZVT's serial transport as a port: two stations on one noisy line, in virtual time."""

from collections.abc import Callable
from functools import partial

import pytest

from harness.clock import CooperativeClock
from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.ports.zvt_serial import ZvtSerialPort
from harness.tests.sim.terminal.stage import RegisterPort
from harness.wire import zvt

SALE = zvt.Apdu(zvt.AUTHORISATION, bytes.fromhex("04 00 00 00 00 10 10")).to_bytes()
ACK = zvt.ACK.to_bytes()
Spoil = Callable[[bytes], bytes]


def noisy(line: MemoryPort, spoil: Spoil) -> None:
    """Have all that is written at this end pass through ``spoil``."""
    write = line.write

    def spoilt(octets: bytes) -> None:
        write(spoil(octets))

    vars(line)["write"] = spoilt


def stations(clock: CooperativeClock) -> tuple[MemoryPort, ZvtSerialPort, ZvtSerialPort]:
    """The first one's line, and both."""
    ours, theirs = pair(clock, "line", latency=0.01)
    return ours, ZvtSerialPort(ours), ZvtSerialPort(theirs)


def once(spoil: Spoil) -> Spoil:
    """Only the first thing that is written."""
    left = [spoil]
    return lambda octets: left.pop()(octets) if left else octets


@pytest.mark.parametrize(
    ("spoil", "after"),
    [
        (lambda octets: octets, 0.1),
        (lambda _: b"", 5.1),  # all of it is lost: T2
        (lambda octets: octets[:-4], 0.4),  # its end: T1, NAK
        (lambda octets: octets[1:], 0.4),  # its first byte
        (lambda octets: octets[:6] + bytes([octets[6] ^ 4]) + octets[7:], 0.4),
    ],
)
def test_a_block_arrives_once_through_noise(spoil: Spoil, after: float) -> None:
    """Lost, cut off, flipped: it is repeated, and heard once."""
    clock = CooperativeClock()
    line, register, terminal = stations(clock)
    noisy(line, once(spoil))

    def story() -> list[bytes]:
        clock.spawn("register", lambda: register.write(SALE))
        first = terminal.read(20.0)
        assert clock.now() <= after
        second = terminal.read(40.0)
        return [chunk.data for chunk in (first, second) if chunk]

    assert clock.run(story) == [SALE]


def test_a_lost_ack_repeats_a_block_that_is_not_heard_twice() -> None:
    """The other station's sign is lost; T2 later it is asked for again."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "line", latency=0.01)
    register, terminal = ZvtSerialPort(ours), ZvtSerialPort(theirs)
    noisy(theirs, once(lambda _: b""))

    def story() -> float:
        def listen() -> None:
            heard = [terminal.read(30.0), terminal.read(30.0)]
            assert [chunk.data for chunk in heard if chunk] == [SALE]

        listener = clock.spawn("terminal", listen)
        register.write(SALE)
        at = clock.now()
        listener.join()
        return at

    assert clock.run(story) == pytest.approx(5.02, abs=0.01)


def test_nobody_at_the_other_end_is_a_timeout_after_two_repeats() -> None:
    """Three times T2; then the application is told."""
    clock = CooperativeClock()
    ours, _theirs = pair(clock, "line")

    def story() -> float:
        with pytest.raises(PortTimeout, match="not acknowledged"):
            ZvtSerialPort(ours).write(SALE)
        return clock.now()

    assert clock.run(story) == pytest.approx(15.0)


def test_both_may_speak_at_once() -> None:
    """An abort crosses a status; both arrive, while a third task waits for what comes."""
    clock = CooperativeClock()
    _, register, terminal = stations(clock)
    abort, status = zvt.Apdu(zvt.ABORT_BY_ECR).to_bytes(), bytes.fromhex("04FF010A")

    def story() -> list[bytes]:
        heard: list[bytes] = []

        def listen(port: ZvtSerialPort) -> None:
            chunk = port.read(9.0)
            heard.append(chunk.data if chunk else b"")

        readers = [
            clock.spawn("reader", partial(listen, register)),
            clock.spawn("reader", partial(listen, terminal)),
        ]
        writers = [
            clock.spawn("abort", lambda: register.write(abort)),
            clock.spawn("status", lambda: terminal.write(status)),
        ]
        for task in (*readers, *writers):
            assert task.join(20.0)
        return sorted(heard)

    assert clock.run(story) == sorted([abort, status])


def test_two_tasks_take_turns_at_writing() -> None:
    """The second block waits for the sign of the first."""
    clock = CooperativeClock()
    _, register, terminal = stations(clock)

    def story() -> list[bytes]:
        clock.spawn("one", lambda: register.write(SALE))
        clock.spawn("two", lambda: register.write(ACK))
        return [chunk.data for chunk in (terminal.read(1.0), terminal.read(1.0)) if chunk]

    assert clock.run(story) == [SALE, ACK]


def test_block_after_block_spoilt_is_told() -> None:
    """3.5: both stations tell their application."""
    clock = CooperativeClock()
    line, register, terminal = stations(clock)
    noisy(line, lambda octets: octets[:5] + b"\x00" + octets[6:] if len(octets) > 5 else octets)

    def story() -> None:
        def write() -> None:
            with pytest.raises(PortTimeout):
                register.write(SALE)

        writer = clock.spawn("register", write)
        with pytest.raises(Garbled, match="spoilt"):
            terminal.read(60.0)
        assert writer.join(60.0)

    clock.run(story)


def test_a_line_that_is_unplugged_is_lost() -> None:
    """For whoever reads and for whoever writes; a new station begins when it is closed."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "line")
    port = ZvtSerialPort(ours)

    def story() -> None:
        theirs.close()
        assert port.readable
        with pytest.raises(PortLost):
            port.read(1.0)
        with pytest.raises(PortLost):
            port.write(SALE)
        port.close()

    clock.run(story)


def test_a_block_that_was_under_way_is_lost_with_its_line() -> None:
    """A terminal starts anew while it is asked to sell: the next line gets the next sale alone."""
    clock = CooperativeClock()
    ends: list[Port] = []
    port = ZvtSerialPort(RegisterPort(clock, ends.append))
    other = zvt.Apdu(zvt.AUTHORISATION, bytes.fromhex("04 00 00 00 00 20 20")).to_bytes()

    def story() -> None:
        port.open()
        clock.call_at(1.0, ends[0].close)
        with pytest.raises(PortLost):
            port.write(SALE)
        port.open()
        terminal = ZvtSerialPort(ends[1])
        clock.spawn("register", lambda: port.write(other))
        heard = []
        while (chunk := terminal.read(clock.now() + 30.0)) is not None:
            heard.append(chunk.data)
        assert heard == [other]

    clock.run(story)


def lost(octets: bytes) -> bytes:
    """Nothing of it arrives."""
    return octets[:0]


def beheaded(octets: bytes) -> bytes:
    """Its first byte is lost."""
    return octets[1:]


def holed(octets: bytes) -> bytes:
    """A byte in its middle is lost."""
    return octets[: len(octets) // 2] + octets[len(octets) // 2 + 1 :]


def cut_off(octets: bytes) -> bytes:
    """Its last byte is lost."""
    return octets[:-1]


def flipped(octets: bytes) -> bytes:
    """A bit in its middle is another one."""
    at = len(octets) // 2
    return octets[:at] + bytes([octets[at] ^ 0x04]) + octets[at + 1 :]


@pytest.mark.parametrize("spoil", [lost, beheaded, holed, cut_off, flipped])
def test_no_single_fault_of_the_line_loses_or_doubles_a_message(spoil: Spoil) -> None:
    """Whichever block or sign it hits, of either station: every message once, in order."""
    wanted = [zvt.Apdu(zvt.INTERMEDIATE_STATUS, bytes([n % 2])).to_bytes() for n in range(4)]
    sizes = [len(told(wanted, spoil, at)) for at in range(4 * len(wanted))]

    assert sizes == [len(wanted)] * len(sizes)


def told(wanted: list[bytes], spoil: Spoil, at: int) -> list[bytes]:
    """What is heard of ``wanted`` when the write number ``at`` on the line is spoilt."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "line", latency=0.005)
    count = iter(range(10_000))
    for line in (ours, theirs):
        noisy(line, lambda octets: spoil(octets) if next(count) == at else octets)
    register, terminal = ZvtSerialPort(ours), ZvtSerialPort(theirs)

    def tell() -> None:
        for octets in wanted:
            terminal.write(octets)
            answer = terminal.read(600.0)
            assert answer is not None
            assert answer.data == ACK
        assert terminal.read(clock.now() + 20.0) is None

    def story() -> list[bytes]:
        teller = clock.spawn("terminal", tell)
        heard = []
        while chunk := register.read(clock.now() + 30.0):
            heard.append(chunk.data)
            register.write(ACK)
        assert teller.done
        assert heard == wanted
        return heard

    return clock.run(story)
