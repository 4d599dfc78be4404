"""The doctor, at a supply served by another process: healthy, ill, absent, held, in quarantine."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.errors import BenchError
from harness.model.rig import Device, Limits, RigFile
from harness.model.units import Amps, Volts
from harness.rig import state
from harness.rig.guarded import Guarded
from harness.rig.lock import RigLock
from harness.sim.served import ServedBench
from harness.survey import doctor as rooms
from harness.survey import host
from harness.survey.doctor import Doctor, books, identity_rows, tty_rights
from harness.survey.findings import BAD, OK, WARN, Finding, worst

GUARD, TIMERS = host.guard, host.timers
pytestmark = pytest.mark.usefixtures("alone", "own_lab")


@pytest.fixture(scope="module")
def supply() -> Iterator[str]:
    """Address of a simulated E36313A in another process."""
    with ServedBench({"terminal": None, "channel": 2}, ["sim+visa://supply"], seed=1) as bench:
        yield bench.addresses["sim+visa://supply"]


@pytest.fixture
def heard(supply: str) -> Iterator[tuple[str, list[bytes]]]:
    """A wire tap before it: its address and all that was said to the supply."""
    said: list[bytes] = []
    lines: list[socket.socket] = []
    target = ("127.0.0.1", int(supply.split("::")[2]))

    def pump(source: socket.socket, sink: socket.socket, keep: list[bytes]) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                keep.append(part)
                sink.sendall(part)
        for line in (source, sink):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def run() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(target)
                lines.extend((client, server))
                for pair in ((client, server, said), (server, client, [])):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=run, daemon=True).start()
        yield f"TCPIP0::127.0.0.1::{listening.getsockname()[1]}::SOCKET", said
        listening.shutdown(socket.SHUT_RDWR)
    for line in lines:
        line.close()


def rig(address: str, driver: str = "keysight_e36300", **more: object) -> RigFile:
    """A rig with a real supply on channel 2."""
    limits = Limits(Volts(6), Amps(2))
    device = Device("supply", driver, address, limits, options={"channel": 2})
    device = replace(device, **more)  # type: ignore[arg-type]
    return RigFile("lab", "real", Volts(5), {"supply": device}, path="lab.yaml")


def examine(file: RigFile) -> dict[str, Finding]:
    """The findings about the supply, by check; the worst of each."""
    rows = [row for row in Doctor(file, ThreadClock()).examine() if row.about == "supply"]
    found: dict[str, Finding] = {}
    for row in rows:
        if row.check not in found or worst([row, found[row.check]]) != found[row.check].level:
            found[row.check] = row
    return found


def say(address: str, *commands: str) -> str:
    """Say something to the supply behind everybody's back; the last answer."""
    place = ("127.0.0.1", int(address.split("::")[2]))
    answer = ""
    with socket.create_connection(place) as line, line.makefile("rw", newline="\n") as file:
        for command in commands:
            file.write(command + "\n")
            file.flush()
            if command.endswith("?") or "? " in command:
                answer = file.readline().strip()
    return answer


def test_a_healthy_supply_is_armed_and_never_energised(
    heard: tuple[str, list[bytes]],
) -> None:
    """Every check is ok, the protection was read back, and no word on the wire was ON."""
    address, said = heard
    found = examine(rig(address, serial="MY00000001"))

    assert {row.level for row in found.values()} == {OK}
    assert {"lock", "quarantine", "address", "identity", "serial", "firmware", "limits", "output",
            "protection", "reach"} == set(found)  # fmt: skip
    assert "over-voltage trips at 5.5 V" in found["protection"].seen
    assert found["firmware"].seen.startswith("2.1.0")
    words = b"".join(said).decode().upper()
    assert "OUTP OFF" in words
    assert "OUTP ON" not in words
    assert "OUTP 1" not in words


def test_an_address_where_nobody_is() -> None:
    """Bad, with what to do; nothing else is said of the role."""
    found = examine(rig("TCPIP0::127.0.0.1::1::SOCKET"))
    assert found["address"].level == BAD
    assert "harness discover" in found["address"].mend
    assert "identity" not in found


def test_another_device_than_the_file_says(supply: str) -> None:
    """The driver's pattern, and the rig file's serial number, are both wanted; nothing is armed."""
    for file in (rig(supply, "keysight_e36100", options={}), rig(supply, serial="MY42")):
        found = examine(file)
        assert found["identity"].level == BAD
        assert "wants" in found["identity"].seen
        assert "protection" not in found


def test_an_instrument_that_a_run_holds_is_not_touched(heard: tuple[str, list[bytes]]) -> None:
    """Bad: who holds it and since when; not a byte reaches it."""
    address, said = heard
    with RigLock("other", [address]):
        found = examine(rig(address))
    assert found["lock"].level == BAD
    assert f"process {os.getpid()} drives rig 'other' since" in found["lock"].seen
    assert set(found) == {"lock", "quarantine"}
    assert said == []


def test_an_output_that_is_on_is_told_and_left_on(supply: str) -> None:
    """Somebody may need it: it is neither armed nor switched off."""
    say(supply, "VOLT 3,(@2);:OUTP ON,(@2)", "*OPC?")
    try:
        found = examine(rig(supply))
        assert found["output"].level == BAD
        assert "it is ON" in found["output"].seen
        assert "protection" not in found
        assert say(supply, "OUTP? (@2)") == "1"
    finally:
        say(supply, "OUTP OFF,(@2)", "*OPC?")


def test_limits_that_limit_nothing(supply: str) -> None:
    """Far above nominal, far more amps than a terminal draws, or beyond what the unit can do."""
    far = examine(rig(supply, limits=Limits(Volts(20), Amps(1))))
    assert (far["limits"].level, far["reach"].level) == (WARN, OK)
    assert "6 V is enough" in far["limits"].mend
    much = examine(rig(supply, limits=Limits(Volts(6), Amps(20))))
    assert much["limits"].level == WARN
    none = examine(rig(supply, limits=Limits(Volts(30), Amps(1))))
    assert none["reach"].level == WARN
    weak = replace(rig(supply, limits=Limits(Volts(60), Amps(1))), nominal=Volts(48))
    ill = examine(weak)
    assert ill["protection"].level == BAD  # it refuses 48 V


def test_a_serial_number_that_is_not_pinned_is_told(supply: str) -> None:
    """The line to add is in the finding."""
    found = examine(rig(supply))
    assert found["serial"].level == WARN
    assert 'serial: "MY00000001"' in found["serial"].mend
    assert worst(found.values()) == WARN


def test_a_trip_is_told_before_it_is_cleared(supply: str) -> None:
    """An over-voltage trip of a former run leaves a word."""
    say(supply, "VOLT:PROT 4,(@2);:VOLT:PROT:STAT ON,(@2)", "VOLT 3,(@2);:OUTP ON,(@2)")
    say(supply, "VOLT:PROT 2,(@2)", "*OPC?")
    found = examine(rig(supply))
    if "tripped" not in found:  # a level below the set-point may be refused instead
        say(supply, "OUTP OFF,(@2)", "*OPC?")
        pytest.skip("this supply refuses a protection level below its set-point")
    assert found["tripped"].level == WARN
    assert found["protection"].level == OK


# --- quarantine -----------------------------------------------------------------------------


def test_a_quarantine_is_told_and_cleared_by_a_measurement(supply: str) -> None:
    """Bad until --clear has switched it off and measured that."""
    file = rig(supply)
    say(supply, "VOLT 3,(@2);:OUTP ON,(@2)", "*OPC?")
    state.quarantine(supply, "the output stayed on", rig="lab")
    assert "the output stayed on" in examine(file)["quarantine"].seen

    (row,) = Doctor(file, ThreadClock()).clear()

    assert row.level == OK
    assert "measured" in row.seen
    assert "the output stayed on" in row.seen
    assert state.quarantined(supply) is None
    assert say(supply, "OUTP? (@2)") == "0"
    assert examine(file)["quarantine"].level == OK


def test_a_quarantine_of_what_does_not_answer_ends_only_by_hand() -> None:
    """OFF cannot be measured: it stays, until the operator vouches for it."""
    address = "TCPIP0::127.0.0.1::1::SOCKET"
    file = rig(address)
    state.quarantine(address, "lost")
    (row,) = Doctor(file, ThreadClock()).clear()
    assert row.level == BAD
    assert "--by-hand" in row.mend
    assert state.quarantined(address) is not None
    (row,) = Doctor(file, ThreadClock()).clear(by_hand=True)
    assert row.level == OK
    assert state.quarantined(address) is None
    (row,) = Doctor(file, ThreadClock()).clear()
    assert "nothing of this rig" in row.seen


def test_another_instrument_at_the_address_ends_no_quarantine(supply: str) -> None:
    """OFF of the wrong device proves nothing."""
    state.quarantine(supply, "lost")
    (row,) = Doctor(rig(supply, serial="MY42"), ThreadClock()).clear()
    assert row.level == BAD
    assert state.quarantined(supply) is not None


def test_a_voltage_from_elsewhere_ends_no_quarantine() -> None:
    """Off by its own word is not off."""

    class Fed:
        def make_safe(self) -> None:
            pass

        def measure_voltage(self) -> Volts:
            return Volts(3.3)

    with pytest.raises(BenchError, match=r"still has 3\.3 V"):
        rooms.off_and_measured(Fed())
    with pytest.raises(BenchError, match="no safe state"):
        rooms.off_and_measured(object())


def test_a_journal_of_a_dead_run_is_told(supply: str) -> None:
    """A run that was killed left no word: a warning, and --clear settles it."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    state.begin(state.Energised("supply", "keysight_e36300", supply, rig="lab", pid=child.pid))
    assert examine(rig(supply))["quarantine"].level == OK  # it lives
    child.send_signal(signal.SIGKILL)
    child.wait()
    found = examine(rig(supply))["quarantine"]
    assert found.level == WARN
    assert "left no word" in found.seen
    (row,) = Doctor(rig(supply), ThreadClock()).clear()
    assert row.level == OK
    assert state.begun(supply) is None


# --- serial lines, roles without power, the host --------------------------------------------


def test_rights_on_a_tty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absent, forbidden (with the group to join), named by order of plugging in, fine."""
    ((_, level, seen, _),) = tty_rights(tmp_path / "ttyUSB0")
    assert (level, seen.endswith("is not there")) == (BAD, True)
    line = tmp_path / "ttyUSB0"
    line.touch()
    ((check, level, _, _),) = tty_rights(line)
    assert (check, level) == ("permission", OK)
    monkeypatch.setattr(os, "access", lambda *_: False)
    ((check, level, _, mend),) = tty_rights(line)
    assert (check, level) == ("permission", BAD)
    assert f"usermod -aG {line.group()}" in mend


def test_a_terminal_without_power_is_no_bad_finding(supply: str) -> None:
    """It may be silent until the supply gives it power."""
    file = rig(supply)
    devices = {**file.devices, "terminal": Device("terminal", "zvt", "127.0.0.1:1")}
    rows = list(Doctor(replace(file, devices=devices), ThreadClock()).examine())
    (row,) = [row for row in rows if (row.about, row.check) == ("terminal", "address")]
    assert row.level == WARN


def test_a_line_that_speaks_another_language_is_bad() -> None:
    """A device that answers nonsense to its driver: bad, never a traceback."""
    with _babbling() as address:
        found = examine(rig(address))
    assert worst(found.values()) == BAD


@contextmanager
def _babbling() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    with client, suppress(OSError):
                        while client.recv(100):
                            client.sendall(b"HTTP/1.1 400 Bad Request\r\n")

        threading.Thread(target=run, daemon=True).start()
        yield f"TCPIP0::127.0.0.1::{listening.getsockname()[1]}::SOCKET"
        listening.shutdown(socket.SHUT_RDWR)


def test_an_identity_of_another_shape_has_no_serial_number() -> None:
    """Only four fields are *IDN?'s; zeros are no serial number."""
    device = Device("supply", "x", "10.0.0.5:1")
    assert [row.check for row in identity_rows(device, "KORADKA3005PV2.0")] == ["identity"]
    rows = [row.check for row in identity_rows(device, "MAKER,MODEL,0,1.0")]
    assert rows == ["identity", "firmware"]


def test_a_busy_host_and_a_clock_never_set() -> None:
    """Late timed steps are told with what to do."""

    class Late(ThreadClock):
        def __init__(self, by: float) -> None:
            super().__init__()
            self.by = by

        def sleep_until(self, when: float, *, precise: bool = False) -> float:
            return self.by

    assert TIMERS(Late(0.0))[1] == OK
    assert TIMERS(Late(0.01))[1] == WARN
    assert TIMERS(Late(0.2))[1] == BAD
    assert host.of_day()[1] == OK


def test_the_guardian_is_really_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process comes, is ready, and goes; one that cannot be ready is bad."""
    (row,) = GUARD(ThreadClock())
    assert row[1] == OK

    def fail(*_: object, **__: object) -> None:
        raise BenchError("the guardian is not ready: no folder")

    monkeypatch.setattr(Guarded, "guard", fail)
    (row,) = GUARD(ThreadClock())
    assert row[1] == BAD
    assert "no folder" in row[2]


@pytest.mark.parametrize(
    ("plan", "levels"),
    [
        ({"terminal": None, "listen": {"host/tls": "127.0.0.1:1"}}, [WARN]),
        ({"terminal": None, "listen": {"host/tls": "127.0.0.1:1"}, "ledger": "b.sqlite"}, [OK]),
        ({"terminal": None, "listen": {"updates/https": "127.0.0.1:1"}}, []),
        ({"listen": {"host/tls": "127.0.0.1:1"}}, []),
        ({}, []),
    ],
)
def test_a_host_that_forgets_a_foreign_terminal_is_told(
    plan: dict[str, object], levels: list[str]
) -> None:
    """A simulated terminal begins anew as well; one of your own does not."""
    assert [level for _, level, _, _ in books(plan)] == levels
