"""The Quectel driver: the manual as a dialogue, and against the simulated modem."""

import random
import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.drivers.quectel import IDENTITY, Driver
from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout
from harness.files import fixture, read_plain
from harness.links.link import Link
from harness.model.cellular import Modem, Registration, Signal
from harness.model.roles import Identified, Polled, Watched
from harness.model.units import Bytes
from harness.ports.base import BufferedPort, Port
from harness.sim.internet import Internet
from harness.sim.modems import modem as sim
from harness.sim.radio import Radio
from harness.testing import Pair, replay

T = TypeVar("T")
START: list[Pair] = [
    ("AT", "OK"),
    ("ATE0", "OK"),
    ("ATV1", "OK"),
    ("AT&D0", "OK"),
    ("AT+CMEE=1", "OK"),
    ("AT+CEREG=3", "OK"),
    ("AT+CGREG=3", "OK"),
    ("AT+CGEREP=2,1", "OK"),
    ("AT+QSIMSTAT=1", "OK"),
]


SERVING = (
    '+QENG: "servingcell","CONECT","LTE","FDD",001,01,5F1EA15,12,1850,3,5,5,DE10,-81,-10,-52,19,27'
)
CELL = {
    "technology": "LTE", "plmn": "00101", "area": 0xDE10, "cell": 0x5F1EA15, "channel": 1850,
    "band": 3,
}  # fmt: skip


class Heard:
    """Remembers what was observed, and when."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []
        self.times: list[float | None] = []

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.rows.append((kind, fields))
        self.times.append(t)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [fields for what, fields in self.rows if what == kind]


def test_it_plays_its_roles() -> None:
    """Modem, Watched, Polled and Identified."""
    with replay(Driver, []) as modem:
        for role in (Modem, Watched, Polled, Identified):
            assert isinstance(modem, role)


def test_the_manual_as_a_dialogue() -> None:
    """Each call, asked and answered."""
    talk: list[Pair] = [
        *START,
        ("AT+CGMI", "Quectel\nOK"),
        ("AT+CGMM", "EC25\nOK"),
        ("AT+CGMR", "EC25EFAR06A06M4G\nOK"),
        ("AT+CGSN", "867698040000010\nOK"),
        ("AT+CPIN?", "+CPIN: READY\nOK"),
        ("AT+CPIN?", "+CME ERROR: 10"),
        ("AT+QCSQ", '+QCSQ: "LTE",-52,-81,195,-10\nOK'),
        ("AT+CEREG?", "+CEREG: 3,3,,,,0,15\nOK"),
        ("AT+QGDCNT?", "+QGDCNT: 3832,4618\nOK"),
        ("AT+CFUN=4", "OK"),
        ("AT+CFUN?", "+CFUN: 4\nOK"),
        ("AT+CFUN=1", "OK"),
        ("AT+CFUN?", "+CFUN: 1\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert re.search(IDENTITY, modem.identify())
        assert modem.sim_state() == "READY"
        assert modem.sim_state() == "SIM NOT INSERTED"
        assert modem.signal() == Signal(-81, -10, -52, '+QCSQ: "LTE",-52,-81,195,-10', sinr=19)
        assert modem.registration() == Registration(3, 15, "+CEREG: 3,3,,,,0,15")
        assert modem.bytes_used() == (Bytes(3832), Bytes(4618))
        modem.flight_mode(on=True)
        modem.flight_mode(on=False)


def test_older_firmware_is_asked_differently() -> None:
    """Without +CEREG=3 with 2, without +QCSQ with +CESQ."""
    talk: list[Pair] = [
        *START[:5],
        ("AT+CEREG=3", "+CME ERROR: 50"),
        ("AT+CEREG=2", "OK"),
        ("AT+CGREG=3", "+CME ERROR: 50"),
        ("AT+CGREG=2", "OK"),
        ("AT+CGEREP=2,1", "ERROR"),
        ("AT+CGEREP=2", "OK"),
        ("AT+QSIMSTAT=1", "ERROR"),
        ("AT+QCSQ", "ERROR"),
        ("AT+CESQ", "+CESQ: 99,99,255,255,20,56\nOK"),
    ]

    with replay(Driver, talk) as modem:
        assert modem.signal().rsrp == -85


def test_changes_are_observed_once() -> None:
    """A poll that finds nothing new says nothing."""
    heard = Heard()
    quality = ("AT+QCSQ", '+QCSQ: "LTE",-52,-81,195,-10\nOK')
    home = ("AT+CEREG?", '+CEREG: 3,1,"A","B",7\nOK')
    ready = ("AT+CPIN?", "+CPIN: READY\nOK")
    cell = ('AT+QENG="servingcell"', f"{SERVING}\nOK")
    talk: list[Pair] = [
        *START, quality, home, ready, cell, quality, home, ready, cell,
        ("AT+QCSQ", '+QCSQ: "NOSERVICE"\nOK'), ("AT+CEREG?", "+CEREG: 3,2\nOK"),
        ready, ('AT+QENG="servingcell"', '+QENG: "servingcell","SEARCH"\nOK'),
    ]  # fmt: skip

    with replay(Driver, talk) as modem:
        modem.observe = heard
        for _ in range(3):
            modem.poll()

    assert heard.rows == [
        ("signal", {"rsrp": -81, "rsrq": -10, "rssi": -52}),
        ("registration", {"stat": 1, "cause": None}),
        ("sim", {"state": "READY"}),
        ("cell", CELL),
        ("signal", {"rsrp": None, "rsrq": None, "rssi": None}),
        ("registration", {"stat": 2, "cause": None}),
        ("cell", dict.fromkeys(CELL)),
    ]


def test_unasked_lines_become_observations() -> None:
    """The bearer once, though two lines tell it; every line as urc."""
    heard = Heard()
    lines = b'\r\n+CEREG: 3,,,,0,15\r\n\r\n+CGEV: NW DETACH\r\n\r\n+QIURC: "pdpdeact",1\r\n'

    with replay(Driver, [*START, ("AT+CPIN?", b"\r\n+CPIN: READY\r\n\r\nOK\r\n" + lines)]) as modem:
        modem.observe = heard
        modem.sim_state()

    assert heard.of("registration") == [{"stat": 3, "cause": 15}]
    assert heard.of("bearer") == [{"up": False, "cause": "NW DETACH"}]
    assert len(heard.of("urc")) == 3
    assert heard.of("sim") == [{"state": "READY"}]
    assert None not in heard.times[:-1]  # the last was asked for


@pytest.mark.parametrize(
    ("command", "answer", "call", "error"),
    [
        ("AT+CEREG?", "+CEREG: x\nOK", Driver.registration, Garbled),
        ("AT+QGDCNT?", "OK", Driver.bytes_used, Garbled),
        ("AT+CPIN?", "ERROR", Driver.sim_state, DeviceRefused),
        ("AT+CFUN=4", None, lambda modem: modem.flight_mode(on=True), PortTimeout),
    ],
)
def test_trouble_is_raised_in_its_own_kind(
    command: str, answer: str | None, call: Callable[[Driver], Any], error: type[Exception]
) -> None:
    """Nonsense, refusal and silence are told apart."""
    with replay(Driver, [*START, (command, answer)]) as modem, pytest.raises(error):
        call(modem)


# --- against the simulated modem ------------------------------------------------------------


class Plug(BufferedPort):
    """A port that can be unplugged and opened again, as USB can."""

    def __init__(self, clock: CooperativeClock, outlet: Callable[[Port], None]) -> None:
        super().__init__(clock, "plug")
        self._outlet, self._other, self.away = outlet, _Socket(clock, self), False
        self.opened = 0
        self.open()

    def open(self) -> None:
        if self.away:
            raise PortLost("nothing is plugged in")
        self._lost, self._other = None, _Socket(self.clock, self)
        self.opened += 1
        self._outlet(self._other)

    def write(self, data: bytes) -> None:
        self.check_alive()
        self._other.put_arrived(data)

    def close(self) -> None:
        self._other.put_lost("closed")

    def takes_from(self, socket: "_Socket") -> bool:
        return self._other is socket

    def unplug(self) -> None:
        self.away = True
        self._other.put_lost("unplugged")
        self.put_lost("unplugged")


class _Socket(BufferedPort):
    def __init__(self, clock: Any, plug: Plug) -> None:
        super().__init__(clock, "socket")
        self._plug = plug

    def open(self) -> None:
        pass

    def write(self, data: bytes) -> None:
        self.check_alive()
        self._plug.put_arrived(data)

    def close(self) -> None:
        if self._plug.takes_from(self):
            self._plug.put_lost("gone")  # as USB does while the modem restarts


class Bench:
    """A simulated modem with a driver on it."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.radio = Radio(clock)
        self.link = Link(clock, rng=random.Random(1), exhaustion="deactivate")
        self.modem = sim.Modem(
            clock,
            read_plain(fixture("modem", "ec25", "personality.yaml")),
            rng=random.Random(1),
            radio=self.radio,
            link=self.link,
            internet=Internet(clock, self.link),
        )
        self.plug = Plug(clock, self.modem.outlets["at1"])
        self.driver = Driver(self.plug)
        self.heard = self.driver.observe = Heard()

    def watch(self, seconds: float) -> None:
        """What an owner does: attend to what comes, poll every five seconds."""
        until = self.clock.now() + seconds
        while self.clock.now() < until:
            self.driver.poll()
            next_poll = min(until, self.clock.now() + self.driver.poll_every)
            while self.plug.arrived.wait_for(lambda: self.plug.readable, next_poll):
                self.driver.attend()
                self.clock.sleep(0.05)


def on_bench(story: Callable[[Bench], T]) -> T:
    """Run a story on a new bench."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Bench(clock)))


def test_registration_plan_and_signal_are_seen() -> None:
    """The story of a bench day, as observations."""

    def story(bench: Bench) -> Heard:
        bench.watch(25)
        assert re.search(IDENTITY, bench.driver.identify())
        assert bench.driver.sim_state() == "READY"
        bench.link.carrier.set_left(0)
        bench.watch(10)
        bench.radio.attenuate(100)
        bench.watch(30)
        bench.radio.attenuate(0)
        bench.link.carrier.set_subscription("expired")
        bench.watch(20)
        return bench.heard

    heard = on_bench(story)

    stats = [(row["stat"], row["cause"]) for row in heard.of("registration")]
    assert stats[-4:] == [(1, None), (2, None), (3, 15)] or stats[-3:] == [
        (1, None),
        (2, None),
        (3, 15),
    ]
    assert {"up": False, "cause": "NW PDN DEACT 1"} in heard.of("bearer")
    assert {"rsrp": None, "rsrq": None, "rssi": None} in heard.of("signal")


def test_a_reset_of_the_modem_is_survived() -> None:
    """The settings are made again: reports still come, and no call fails."""

    def story(bench: Bench) -> tuple[list[dict[str, Any]], int | None]:
        bench.watch(25)
        bench.modem.reset()
        bench.watch(30)
        stat = bench.driver.registration().stat
        bench.link.carrier.set_left(0)
        bench.watch(4)
        return bench.heard.of("bearer"), stat

    bearer, stat = on_bench(story)

    assert stat == 1
    assert bearer[-1] == {"up": False, "cause": "NW PDN DEACT 1"}


def test_a_lost_port_is_opened_again() -> None:
    """Unplugged for a while: attending is quiet, the next call waits for its return."""

    def story(bench: Bench) -> tuple[int, int]:
        bench.watch(25)
        bench.plug.unplug()
        bench.driver.attend()
        bench.clock.call_at(bench.clock.now() + 6, lambda: setattr(bench.plug, "away", False))
        return bench.driver.registration().stat, bench.plug.opened

    assert on_bench(story) == (1, 2)


def test_a_port_that_does_not_come_back_is_told_by_a_call_and_not_by_a_poll() -> None:
    """A modem may share the terminal's power: its silence is neither our fault nor a signal."""

    def story(bench: Bench) -> tuple[int, int, int]:
        bench.watch(25)
        before = len(bench.heard.rows)
        bench.plug.unplug()
        bench.driver.poll()
        with pytest.raises(PortLost):
            bench.driver.registration()
        silent = len(bench.heard.rows)
        bench.plug.away = False
        bench.driver.poll()
        return before, silent, len(bench.heard.rows)

    before, silent, back = on_bench(story)

    assert silent == before + 1  # that it is silent
    assert back >= before + 4  # that it answers, signal and registration, though unchanged


def test_a_hung_modem_is_silent_and_comes_back() -> None:
    """Calls time out; after its reset all works again."""

    def story(bench: Bench) -> int:
        bench.watch(25)
        bench.modem.hung = True
        with pytest.raises(PortTimeout):
            bench.driver.registration()
        bench.modem.reset()
        bench.watch(30)
        return bench.driver.registration().stat

    assert on_bench(story) == 1


def test_a_hung_modem_is_seen_to_be_silent_by_polls_alone() -> None:
    """Within some seconds, once; and seen to answer when it does again."""

    def story(bench: Bench) -> tuple[list[str], float]:
        bench.watch(25)
        bench.heard.rows.clear()
        hung = bench.clock.now()
        bench.modem.hung = True
        while not bench.heard.of("silent"):
            bench.watch(1)
        seen = bench.clock.now() - hung
        bench.watch(30)
        bench.modem.reset()
        bench.watch(30)
        return [kind for kind, _ in bench.heard.rows if kind in ("silent", "answering")], seen

    kinds, seen = on_bench(story)

    assert kinds == ["silent", "answering"]
    assert seen < 20
