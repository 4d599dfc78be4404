"""The terminal's serial register line, byte by byte, with a register that makes mistakes."""

from harness.ports.memory import MemoryPort, pair
from harness.tests.sim.terminal.stage import Stage
from harness.wire import zvt, zvt_serial

ACK, NAK = b"\x06", b"\x15"
STATUS = zvt.Apdu(zvt.STATUS_ENQUIRY)


def block(apdu: zvt.Apdu) -> bytes:
    """As it goes over the line."""
    return zvt_serial.to_serial(apdu)


def play(story: object) -> Stage:
    """A story with a terminal that is ready, and the register's end of its line."""
    stage = Stage()

    def main() -> None:
        stage.power()
        assert stage.ready()
        line, theirs = pair(stage.clock, "line")
        stage.terminal.outlets["zvt_serial"](theirs)
        story(stage, line)  # type: ignore[operator]

    stage.play(main)
    return stage


def hear(stage: Stage, line: MemoryPort, seconds: float = 0.5) -> bytes:
    """All that comes in so many seconds."""
    until, said = stage.clock.now() + seconds, b""
    while (chunk := line.read(until)) is not None:
        said += chunk.data
    return said


def test_a_command_is_acknowledged_twice_and_completed() -> None:
    """ACK for the block, 80 00 00 for the command, then 06 0F once that is acknowledged."""

    def story(stage: Stage, line: MemoryPort) -> None:
        line.write(block(STATUS))
        assert hear(stage, line) == ACK + block(zvt.ACK)
        line.write(ACK)
        said = hear(stage, line)
        assert said[:4] == b"\x10\x02\x06\x0f"
        line.write(ACK + block(zvt.ACK))
        assert hear(stage, line) == ACK

    play(story)


def test_a_spoilt_block_and_half_a_block_are_refused() -> None:
    """NAK at once, and NAK when T1 is over; the repeat is carried out."""

    def story(stage: Stage, line: MemoryPort) -> None:
        line.write(block(STATUS)[:-1] + b"\x00")
        assert hear(stage, line) == NAK
        line.write(block(STATUS)[:5])
        assert hear(stage, line) == NAK
        line.write(block(STATUS))
        assert hear(stage, line) == ACK + block(zvt.ACK)

    play(story)


def test_what_is_not_acknowledged_is_said_three_times() -> None:
    """After T2, twice; a register that is away has cost nobody anything."""

    def story(stage: Stage, line: MemoryPort) -> None:
        line.write(block(STATUS))
        assert hear(stage, line, 30.0).count(block(zvt.ACK)) == 3

    play(story)


def test_a_repeated_command_is_carried_out_once() -> None:
    """Its ACK was lost on the way: acknowledged again, and no second dialogue."""

    def story(stage: Stage, line: MemoryPort) -> None:
        sale = zvt.Apdu(zvt.AUTHORISATION, bytes.fromhex("04 000000001000"))
        line.write(block(sale))
        hear(stage, line)
        line.write(block(sale))
        assert hear(stage, line) == ACK
        line.write(ACK)
        said = hear(stage, line)
        assert said.count(block(zvt.ACK)) == 0
        assert len(stage.of("state", state="busy")) == 1

    play(story)


def test_a_line_is_there_after_a_dialogue_that_went_wrong() -> None:
    """T3 closes no serial line: the next command is answered."""

    def story(stage: Stage, line: MemoryPort) -> None:
        line.write(block(STATUS))
        hear(stage, line)
        line.write(ACK)
        assert hear(stage, line)[:2] == b"\x10\x02"
        line.write(ACK)  # and no 80 00 00
        assert hear(stage, line, 10.0) == b""
        line.write(block(STATUS))
        assert hear(stage, line) == ACK + block(zvt.ACK)

    play(story)
