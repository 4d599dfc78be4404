"""Updates that are handed over: by the register, and by a service port."""

import binascii
from collections.abc import Callable
from typing import Any

import pytest

from harness.drivers.serial_loader import Driver as Loader
from harness.files import fixture, read_plain
from harness.model.updates import Image
from harness.ports.base import Port
from harness.sim.update_images import make_image
from harness.tests.sim.terminal.register_stage import RegisterStage
from harness.tests.sim.terminal.stage import Stage
from harness.wire.xmodem import ACK, CAN, EOT, NAK, PAD, SOH, STX

Spoil = Callable[[bool, bytes], bytes]


def an_image(name: str) -> Image:
    """One of the store's."""
    held = bytes(make_image(read_plain(fixture("updates", "test_store.yaml")), name))
    return Image(name, len(held), lambda at, most: held[at : at + most])


def loader(port: Port) -> Loader:
    """At the service port."""
    return Loader(port, attention="LOAD\r")


def ends(stage: Stage) -> list[str]:
    """Phases, each once in a row."""
    told = [row["phase"] for row in stage.of("update")]
    return [one for at, one in enumerate(told) if at == 0 or told[at - 1] != one]


def by_register() -> Stage:
    """A ZVT register hands it over."""
    return Stage()


def by_loader() -> Stage:
    """Somebody at the service port does."""
    return RegisterStage("loader", loader)


def hand_over(stage: Stage, name: str) -> Any:
    """By whatever way the stage has."""
    if isinstance(stage, RegisterStage):
        return stage.driver.push_update(an_image(name))
    stage.register.sign_on()
    return stage.register.push_update(an_image(name))


WAYS = pytest.mark.parametrize("way", [by_register, by_loader])


@WAYS
def test_a_newer_image_is_installed(way: Callable[[], Stage]) -> None:
    """Asked for block by block, checked, installed; the new version confirms itself."""
    stage = way()

    def story() -> None:
        stage.power()
        assert stage.ready()
        assert hand_over(stage, "newer").outcome == "approved"
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0), ends(stage)
        assert stage.of("boot")[-1]["version"] == "1.10.0"
        assert "downloading" in ends(stage)

    stage.play(story)


@WAYS
@pytest.mark.parametrize("name", ["older", "corrupt", "wrong_key", "wrong_model"])
def test_a_bad_image_is_refused(way: Callable[[], Stage], name: str) -> None:
    """The reason is told on console and display, and the old version sells on."""
    stage = way()

    def story() -> None:
        stage.power()
        assert stage.ready()
        result = hand_over(stage, name)
        assert stage.until(lambda: bool(stage.of("update", phase="refused")), 60.0), ends(stage)
        assert result.outcome == "failed" or way is by_loader
        assert stage.ready()
        assert len(stage.of("boot")) == 1

    stage.play(story)


@WAYS
def test_a_full_flash_is_the_cause_that_is_told(way: Callable[[], Stage]) -> None:
    """The old version stays; handed over again when there is room, it is installed."""
    stage = way()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.terminal.flash.fill("foreign", 0.93)
        hand_over(stage, "newer")
        assert stage.until(lambda: bool(stage.of("update", phase="failed")), 60.0), ends(stage)
        assert stage.of("update", phase="failed")[0]["cause"] == "storage_full"
        stage.terminal.flash.fill("foreign", 0)
        assert hand_over(stage, "newer").outcome == "approved"
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0), ends(stage)

    stage.play(story)


@WAYS
def test_a_cut_while_it_is_handed_over_leaves_the_old_one(way: Callable[[], Stage]) -> None:
    """The register learns that the line is gone; the terminal starts as it was."""
    stage = way()
    results: list[Any] = []

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.clock.spawn("hands over", lambda: results.append(hand_over(stage, "newer")))
        assert stage.until(lambda: len(stage.of("update", phase="downloading")) > 4, 60.0)
        stage.power(0.0)
        stage.clock.sleep(3.0)
        stage.power()
        assert stage.ready(120.0)
        assert stage.of("boot")[-1]["version"] == "1.4.2"
        assert stage.until(lambda: bool(results), 400.0)
        assert results[0].outcome != "approved"

    stage.play(story)


def spoiled_stage(spoil: Spoil) -> RegisterStage:
    """A service port with a bad line."""
    stage = RegisterStage("loader", loader)
    stage.wire.spoil = spoil
    return stage


def test_a_bad_line_costs_time_and_no_image() -> None:
    """Packets spoilt, acknowledgements lost: the image is whole all the same."""
    seen = {"packets": 0, "acks": 0}

    def spoil(to_terminal: bool, octets: bytes) -> bytes:
        if to_terminal and octets[:1] == bytes([STX]):
            seen["packets"] += 1
            if seen["packets"] % 7 == 0:
                return octets[:500] + bytes([octets[500] ^ 1]) + octets[501:]
        if not to_terminal and octets == bytes([ACK]):
            seen["acks"] += 1
            return b"" if seen["acks"] % 50 == 5 else octets
        return octets

    stage = spoiled_stage(spoil)

    def story() -> None:
        stage.power()
        assert stage.ready()
        assert hand_over(stage, "newer").outcome == "approved"
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0), ends(stage)

    stage.play(story)


def test_a_sender_that_falls_silent_is_given_up() -> None:
    """The update has failed, with its cause; the terminal sells."""
    stage = RegisterStage("loader", loader)

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.wire.open()
        stage.wire.write(b"LOAD\r")
        assert stage.until(lambda: b"C" in stage.wire.came, 5.0) or stage.wire.read(10.0)
        assert stage.until(lambda: bool(stage.of("update", phase="failed")), 200.0)
        assert stage.of("update", phase="failed")[-1]["cause"] == "update_link_lost"
        assert stage.ready()

    stage.play(story)


def packet(number: int, content: bytes, *, crc: bool) -> bytes:
    """One of 128 bytes, by the text of 1982."""
    filled = content.ljust(128, bytes([PAD]))
    check = binascii.crc_hqx(filled, 0).to_bytes(2, "big") if crc else bytes([sum(filled) & 0xFF])
    return bytes([SOH, number & 0xFF, 0xFF - (number & 0xFF)]) + filled + check


@pytest.mark.parametrize("crc", [True, False])
def test_a_sender_of_the_old_kind(*, crc: bool) -> None:
    """128 bytes a packet; one that knows no CRC waits until it is asked for checksums."""
    stage = RegisterStage("loader", loader)
    image = an_image("newer")

    def story() -> None:
        stage.power()
        assert stage.ready()
        line = stage.wire
        line.open()
        line.write(b"LOAD\r")
        wanted = b"C" if crc else bytes([NAK])
        while (chunk := line.read(stage.clock.now() + 30.0)) is not None and chunk.data != wanted:
            pass
        for number, at in enumerate(range(0, image.size, 128), 1):
            line.write(packet(number, image.read(at, 128), crc=crc))
            answer = line.read(stage.clock.now() + 20.0)
            assert answer is not None, number
            assert answer.data == bytes([ACK]), number
        line.write(bytes([EOT]))
        answer = line.read(stage.clock.now() + 20.0)
        assert answer is not None
        assert answer.data == bytes([ACK])
        assert stage.until(lambda: bool(stage.of("update", phase="done")), 120.0), ends(stage)

    stage.play(story)


def test_a_packet_out_of_turn_ends_it() -> None:
    """The first, then the third: CAN, and the old version stays."""
    stage = RegisterStage("loader", loader)
    image = an_image("newer")

    def story() -> None:
        stage.power()
        assert stage.ready()
        line = stage.wire
        line.open()
        line.write(b"LOAD\r")
        assert line.read(stage.clock.now() + 10.0) is not None
        for number in (1, 3):
            line.write(packet(number, image.read(0, 128), crc=True))
            answer = line.read(stage.clock.now() + 20.0)
        assert answer is not None
        assert answer.data == bytes([CAN] * 3)
        assert stage.ready()

    stage.play(story)
