"""The console of an Android terminal, and what else adb tells of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from harness.clock import CooperativeClock
from harness.drivers.android import Driver
from harness.errors import DeviceRefused, NotSupported, PortError, PortLost, RigError
from harness.model.roles import Console, Polled, Watched, plays
from harness.model.units import Seconds
from harness.ports.memory import pair
from harness.rig.owner import Owner
from harness.sim.android.disk import Disk
from harness.tests.sim.android.smart import Smart, play


class Heard(list[tuple[str, dict[str, Any]]]):
    """An ``Observe`` that keeps what it is told."""

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.append((kind, fields))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The fields of all observations of a kind."""
        return [fields for one, fields in self if one == kind]

    @property
    def lines(self) -> list[str]:
        """The log."""
        return [str(fields["text"]) for fields in self.of("line")]


def watched(smart: Smart, **options: Any) -> tuple[Driver, Heard]:
    """A driver on the terminal's adb, and what it will say."""
    driver, heard = Driver(smart.port(), **options), Heard()
    driver.observe = heard
    return driver, heard


def test_what_it_plays() -> None:
    """It is a console that speaks unasked and is asked now and then; it says nothing at first."""
    driver = Driver(pair(CooperativeClock(), "nowhere")[0])

    assert all(plays(driver, role) for role in (Console, Watched, Polled))


def test_the_log_from_the_start_is_told_once() -> None:
    """Lines from before the connection are told; questions in between lose and repeat nothing."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart, every=Seconds(1))
        for _ in range(12):
            driver.poll()
            smart.firmware.log.say("test", "now")
            driver.attend()
            driver.texts()
            smart.clock.sleep(0.7)
        driver.attend()
        logged = [line.text for line in smart.firmware.log.recent]
        told = [line.partition(" HilPay  : ")[2].partition(": ")[2] for line in heard.lines]
        assert told == logged
        assert heard.of("boot")[0]["version"] == "1.4.2"
        assert heard.of("state")[-1] == {"state": "ready", "pending": 0, "online": True}

    play(act)


def test_lines_with_one_stamp_are_told_once_each() -> None:
    """Many lines in one millisecond, with an interruption among them."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart)
        driver.poll()
        for number in range(3):
            smart.firmware.log.say("test", f"early {number}")
        smart.clock.sleep(0.01)
        driver.attend()
        driver.texts()
        for number in range(3):
            smart.firmware.log.say("test", f"late {number}")
        driver.poll()
        smart.clock.sleep(0.01)
        driver.attend()
        told = [line.rpartition(": ")[2] for line in heard.lines if " test: " in line]
        assert told == [f"{when} {number}" for when in ("early", "late") for number in range(3)]

    play(act)


def test_a_restart_begins_a_log_of_its_own() -> None:
    """After a power cut the new start's log is told from its first line, by the owner's doing."""

    def act(smart: Smart) -> None:
        driver, _ = watched(smart)
        seen: list[tuple[str, dict[str, Any]]] = []

        def take(source: str, kind: str, t: float, fields: Mapping[str, Any]) -> None:
            seen.append((kind, dict(fields)))

        owner = Owner(smart.clock, "console", "terminal", driver, driver._port, take)
        smart.clock.sleep(3)
        smart.cut(2.0)
        smart.clock.sleep(40)
        boots = [fields for kind, fields in seen if kind == "boot"]
        assert [boot["reason"] for boot in boots] == ["power", "power"]
        assert not [fields for kind, fields in seen if kind == "bench_error"]
        owner.ask_journal()
        smart.clock.sleep(1)
        assert [fields["entries"] for kind, fields in seen if kind == "journal_end"] == [0]
        owner.release()

    play(act)


def test_health_is_told_when_it_changes() -> None:
    """Battery, memory, warmth, storage and cell, by the personality's expressions."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart, every=Seconds(1))
        driver.poll()
        smart.clock.sleep(2)
        driver.poll()
        assert heard.of("battery") == [{"charging": True, "percent": 100, "millivolts": 5000}]
        told = {name for fields in heard.of("health") for name in fields}
        assert {"memory", "celsius", "storage"} <= told
        assert all(
            not isinstance(value, str) for row in heard.of("health") for value in row.values()
        )
        assert {"rsrp": -85, "bars": 4} in heard.of("bars")
        smart.bench.feed.source.go_to(4.2)
        smart.clock.sleep(2)
        driver.poll()
        assert heard.of("battery")[-1] == {"charging": False, "percent": 69, "millivolts": 4200}

    play(act)


def test_the_display_is_read_and_masked() -> None:
    """What uiautomator sees, told when it changes; a card number on it is a finding."""

    def act(smart: Smart) -> None:
        driver, heard = watched(smart, watch_display=Seconds(1))
        driver.poll()
        assert heard.of("display")[-1] == {"text": "欢迎使用"}
        smart.firmware.screen.show_text('卡号 "6212345678901265" <&>')
        assert driver.texts() == ['卡号 "621234***1265" <&>']
        assert "6212345678901265" not in str(heard)
        assert {"text": '卡号 "621234***1265" <&>'} in heard.of("display")
        assert heard.of("card_number_in_clear")[-1]["channel"] == "display"
        assert driver.screenshot().startswith(b"\x89PNG")

    play(act)


def test_a_dump_that_fails_shows_nothing_of_before() -> None:
    """It ends with status 0 all the same, and the file that lies there is an old one."""

    def act(smart: Smart) -> None:
        driver, _ = watched(smart)
        smart.firmware.screen.show_text("APPROVED")
        assert driver.texts() == ["APPROVED"]

        with patch.object(Disk, "write", lambda *_: None):
            assert driver.texts() == []

    play(act)


def test_it_says_who_it_is() -> None:
    """Maker, model, build and serial number."""
    said = play(lambda smart: watched(smart)[0].identify())

    assert said == "HIL HIL-SM300 1.4.2 SMHIL00003"


def test_a_terminal_without_power_is_lost_and_a_missing_server_is_the_bench() -> None:
    """The one is waited for, the other told as a trouble of the bench."""

    def act(smart: Smart) -> None:
        driver, _ = watched(smart)
        smart.bench.feed.source.go_to(0.0)
        smart.clock.sleep(20)
        with pytest.raises(PortLost):
            driver.poll()
        with pytest.raises(PortLost):
            driver.attend()

    play(act)
    dead = pair(CooperativeClock(), "127.0.0.1:5037")[0]
    dead.put_lost("connection refused")
    with pytest.raises(PortError, match="start-server") as told:
        Driver(dead).poll()
    assert not isinstance(told.value, PortLost)


CONSOLE = """
journal: am frobnicate
lines: [{match: 'sys: (?P<state>.*)', kind: state}]
"""


def test_a_journal_that_cannot_be_had(tmp_path: Path) -> None:
    """No command for it, and one that the terminal refuses."""
    file = tmp_path / "console.yaml"

    def act(smart: Smart) -> None:
        with pytest.raises(DeviceRefused, match="journal"):
            watched(smart, personality=str(file))[0].ask_journal()

    file.write_text(CONSOLE, encoding="utf-8")
    play(act)
    file.write_text("lines: []\n", encoding="utf-8")
    with pytest.raises(NotSupported):
        Driver(pair(CooperativeClock(), "nowhere")[0], personality=str(file)).ask_journal()


@pytest.mark.parametrize("polls", ["[{ask: df}]", "[{ask: df, kind: health, match: '('}]", "[7]"])
def test_a_wrong_poll_is_a_mistake_of_the_file(polls: str, tmp_path: Path) -> None:
    """An entry without its keys, or with an expression that is none."""
    file = tmp_path / "console.yaml"
    file.write_text(f"lines: []\npolls: {polls}\n", encoding="utf-8")

    with pytest.raises(RigError, match="polls"):
        Driver(pair(CooperativeClock(), "nowhere")[0], personality=str(file))
