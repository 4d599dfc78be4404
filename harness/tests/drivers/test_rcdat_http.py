"""The RCDAT driver over HTTP: requests as the maker documents them, and the simulated device."""

from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.rcdat_http import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout, RigError
from harness.model.cellular import Attenuator
from harness.model.roles import Identified, SafeState
from harness.model.units import Db
from harness.ports.memory import pair
from harness.rig.address import BenchPort
from harness.sim import attenuator as sim
from harness.sim.radio import Radio
from harness.testing import replay


def asked(command: str) -> bytes:
    """The request for a command."""
    return f"GET /{command} HTTP/1.1\r\nHost: replay\r\nConnection: close\r\n\r\n".encode()


def answered(body: str, status: str = "200 OK") -> bytes:
    """The answer of a small server."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_the_command_is_the_path_and_its_answer_the_body() -> None:
    """The question mark stays in the path."""
    talk = [
        (asked("MN?"), answered("MN=RCDAT-6000-90\r\n")),
        (asked("SETATT=40.25"), answered("1")),
        (asked("ATT?"), answered("40.25")),
    ]
    seen: list[Any] = []
    with replay(Driver, talk) as attenuator:
        assert isinstance(attenuator, Attenuator)
        assert isinstance(attenuator, Identified)
        assert isinstance(attenuator, SafeState)
        attenuator.observe = lambda kind, /, **fields: seen.append((kind, fields["db"]))
        assert attenuator.max_attenuation() == Db(90)
        attenuator.set_attenuation(Db(40.25))
        assert attenuator.attenuation() == Db(40.25)

    assert seen == [("attenuation", 40.25)]


def test_a_password_is_said_before_the_command_and_in_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes from the environment; what cannot be a path is quoted."""
    monkeypatch.setenv("RCDAT_PASSWORD", "a b;c")
    secret = partial(Driver, password_env="RCDAT_PASSWORD")
    talk = [(asked("PWD=a%20b%3Bc;ATT?"), None)]
    with replay(secret, talk) as attenuator, pytest.raises(PortTimeout) as told:
        attenuator.attenuation()
    assert "a%20b" not in str(told.value)

    with pytest.raises(RigError, match="'NOT_SET' is not set"):
        Driver(pair(CooperativeClock(), "x")[0], password_env="NOT_SET")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answered("0"), DeviceRefused),
        (answered("2"), DeviceRefused),
        (answered("-99 Unrecognized Command. MN:RCDAT-6000-90 SN:1"), DeviceRefused),
        (answered("1", "404 Not Found"), DeviceRefused),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1", PortTimeout),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", BenchError),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000, BenchError),
        (b"220 mail.example ESMTP\r\n\r\n", Garbled),
        (b"\x00\xff" * 40_000, Garbled),
        (None, PortTimeout),
        (PortLost("reset"), PortLost),
    ],
)
def test_what_is_not_done_is_not_called_done(answer: Any, error: type[BenchError]) -> None:
    """Refusals, half answers, other protocols, silence."""
    with replay(Driver, [(asked("SETATT=3"), answer)]) as attenuator, pytest.raises(error):
        attenuator.set_attenuation(Db(3))


def test_it_drives_the_simulated_device() -> None:
    """Two channels of four, over a connection for each request."""
    clock = CooperativeClock()
    radio = Radio(clock, rsrp=-80)
    device = sim.Attenuator(clock, radio, model="RC4DAT-6G", maximum=95, channels=4, wired=(1, 2))

    def connect(_: str) -> Any:
        ours, theirs = pair(clock, "attenuator")
        device.outlets["http"](theirs)
        return ours

    def main() -> None:
        driver = Driver(BenchPort(clock, "sim://attenuator", connect), channel=[1, 2])
        driver.set_attenuation(driver.max_attenuation())
        assert device.levels == [95, 95, 0, 0]
        assert radio.rsrp == -175
        with pytest.raises(DeviceRefused, match="more than it has"):
            driver.set_attenuation(Db(96))
        driver.make_safe()
        assert radio.rsrp == -80

    clock.run(main)
