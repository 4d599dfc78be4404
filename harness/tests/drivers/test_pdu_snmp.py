"""The power strip by SNMP: a real agent (pysnmp's messages over UDP) on loopback."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from harness.clock import ThreadClock
from harness.drivers import pdu_snmp
from harness.drivers._outlets import MIBS
from harness.drivers.pdu_snmp import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout, UsageError
from harness.model.power import Switch
from harness.model.roles import SafeState, plays
from harness.ports.udp import UdpPort

#: What an agent of each kind has: command object -> (value that switches off, on), state object.
APC = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.3"
STATE = "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3"
READ_ONLY, NO_SUCH = 4, 2  # RFC 1157, 4.1.1 error-status; v2c: notWritable 17


class Agent:
    """Objects with integers; an outlet is a rule from the command object to the state object."""

    def __init__(self, rules: dict[str, Callable[[int], dict[str, int]]]) -> None:
        self.values: dict[str, int] = {}
        self.rules = rules
        self.lose, self.twice, self.refuse, self.deaf = 0, False, 0, False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._end = socket.socketpair()
        self.address = "udp://{}:{}".format(*self._socket.getsockname())

    def live(self) -> None:
        """Answer until told to end."""
        while True:
            ready, _, _ = select.select([self._socket, self._end[0]], [], [])
            if self._end[0] in ready:
                break
            asked, client = self._socket.recvfrom(65536)
            self.lose -= 1
            answer = None if self.deaf or self.lose >= 0 else self._answer(asked)
            for _ in range(2 if self.twice else 1):
                if answer:
                    self._socket.sendto(answer, client)
        for one in (self._socket, *self._end):
            one.close()

    def end(self) -> None:
        """Have ``live`` return."""
        self._end[1].send(b"x")

    def _answer(self, asked: bytes) -> bytes | None:
        version: Any = api.PROTOCOL_MODULES[api.decodeMessageVersion(asked)]
        message, _ = decoder.decode(asked, asn1Spec=version.Message())
        if str(version.apiMessage.get_community(message)) != "private":
            return None  # so agents do
        answer = version.apiMessage.get_response(message)
        mine = version.apiMessage.get_pdu(answer)
        wanted = version.apiMessage.get_pdu(message)
        told = []
        for name, value in version.apiPDU.get_varbinds(wanted):
            if wanted.isSameTypeWith(version.SetRequestPDU()) and not self.refuse:
                self.values.update(self.rules[str(name)](int(value)))
            if str(name) not in self.values:
                version.apiPDU.set_error_status(mine, NO_SUCH)
                told.append((name, value))
                continue
            told.append((name, version.Integer(self.values[str(name)])))
        if self.refuse:
            version.apiPDU.set_error_status(mine, self.refuse)
        version.apiPDU.set_varbinds(mine, told)
        return bytes(encoder.encode(answer))


@contextmanager
def agent(rules: dict[str, Callable[[int], dict[str, int]]]) -> Iterator[Agent]:
    """An agent in a thread of its own."""
    one = Agent(rules)
    thread = threading.Thread(target=one.live)
    thread.start()
    try:
        yield one
    finally:
        one.end()
        thread.join()


def apc() -> dict[str, Callable[[int], dict[str, int]]]:
    """Outlet 3 of an APC rack PDU: 1 is on, 2 is off."""
    return {APC: lambda value: {APC: value, STATE: value}}


def strip_at(address: str, **options: Any) -> Driver:
    """A driver on an open port."""
    port = UdpPort(ThreadClock(), address)
    port.open()
    return Driver(port, **{"mib": "apc", "outlet": 3, "settle": 0.3, **options})


def test_it_is_a_switch_in_the_mains_or_a_poe_port() -> None:
    """What it feeds comes with its MIB."""
    assert plays(Driver, Switch)
    assert plays(Driver, SafeState)
    port = UdpPort(ThreadClock(), "udp://127.0.0.1:161")
    assert Driver(port, mib="apc", outlet=1).switching.feeds == "mains"
    assert Driver(port, mib="poe", outlet=1).switching.feeds == "poe"


@pytest.mark.parametrize("version", ["1", "2c"])
def test_an_apc_outlet_is_switched_and_read_back(version: str) -> None:
    """The state is another object than the command."""
    with agent(apc()) as one:
        one.values[STATE] = 2
        switch = strip_at(one.address, version=version)
        assert not switch.closed()
        switch.set_closed(closed=True)
        assert one.values[STATE] == 1
        switch.make_safe()
        assert one.values[STATE] == 2


PX2 = "1.3.6.1.4.1.13742.6.4.1.2.1"
EATON = "1.3.6.1.4.1.534.6.6.7.6.6.1"
POE = "1.3.6.1.2.1.105.1.1.1.3.1.7"
OTHERS: dict[str, dict[str, Callable[[int], dict[str, int]]]] = {
    "raritan": {f"{PX2}.2.1.7": lambda v: {f"{PX2}.2.1.7": v, f"{PX2}.3.1.7": 7 if v else 8}},
    "eaton": {
        f"{EATON}.3.0.7": lambda v: {f"{EATON}.3.0.7": v, f"{EATON}.2.0.7": 0},
        f"{EATON}.4.0.7": lambda v: {f"{EATON}.4.0.7": v, f"{EATON}.2.0.7": 1},
    },
    "poe": {POE: lambda v: {POE: v}},
}


@pytest.mark.parametrize("mib", OTHERS)
def test_other_mibs_have_other_objects_and_numbers(mib: str) -> None:
    """Raritan tells 7 and 8, Eaton has a command each way, RFC 3621 a truth value."""
    with agent(OTHERS[mib]) as one:
        switch = strip_at(one.address, mib=mib, outlet=7)
        switch.set_closed(closed=True)
        assert switch.closed()
        switch.make_safe()
        assert not switch.closed()


class Pending(dict[str, int]):
    """An Eaton's objects: a state that is on its way gets there when it was asked for twice."""

    STATE = "1.3.6.1.4.1.534.6.6.7.6.6.1.2.0.3"

    def __getitem__(self, name: str) -> int:
        value, there = super().__getitem__(name), {2: 22, 22: 0, 3: 33, 33: 1}
        if name == self.STATE and value in there:
            self[name] = there[value]
        return value % 10


@pytest.mark.parametrize("closed", [True, False])
def test_an_outlet_on_its_way_is_waited_for(closed: bool) -> None:
    """Off is not said of one that is still to go off (EATON-EPDU-MIB, outletControlStatus)."""
    root = "1.3.6.1.4.1.534.6.6.7.6.6.1"
    rules: dict[str, Callable[[int], dict[str, int]]] = {
        f"{root}.3.0.3": lambda value: {f"{root}.3.0.3": value, Pending.STATE: 2},
        f"{root}.4.0.3": lambda value: {f"{root}.4.0.3": value, Pending.STATE: 3},
    }
    with agent(rules) as one:
        one.values = Pending({Pending.STATE: 1 - closed})
        switch = strip_at(one.address, mib="eaton", settle=5)
        switch.set_closed(closed=closed)
        assert switch.closed() is closed
        one.values[Pending.STATE] = 2 if closed else 3
        assert switch.closed() is closed  # not gone off, or on, so far


def test_every_mib_has_a_state_for_on_and_off() -> None:
    """A table row that could never be verified would be useless."""
    for outlets in MIBS.values():
        assert set(outlets.means.values()) == {False, True}


def test_an_outlet_that_does_not_follow_is_not_called_off() -> None:
    """The agent takes the command, the relay is welded."""
    welded: dict[str, Callable[[int], dict[str, int]]] = {APC: lambda _: {APC: 2, STATE: 1}}
    with agent(welded) as one, pytest.raises(BenchError, match="could not be opened"):
        strip_at(one.address).make_safe()


def test_a_lost_datagram_is_asked_again_and_a_late_one_is_skipped() -> None:
    """UDP does both."""
    with agent(apc()) as one:
        one.values[STATE] = 1
        switch = strip_at(one.address)
        one.lose, one.twice = 1, True
        assert switch.closed()
        switch.set_closed(closed=False)
        assert not switch.closed()


def test_refusals_are_told_with_the_object() -> None:
    """Not writable, no such object."""
    with agent(apc()) as one:
        switch = strip_at(one.address)
        with pytest.raises(DeviceRefused, match=f"{STATE}: noSuchName"):
            switch.closed()
        one.values.update({APC: 1, STATE: 1})
        one.refuse = READ_ONLY
        with pytest.raises(DeviceRefused, match="readOnly"):
            switch.set_closed(closed=False)


def test_a_state_with_no_meaning_is_garbled() -> None:
    """4 is in no table."""
    with agent(apc()) as one:
        one.values[STATE] = 4
        with pytest.raises(Garbled, match="means nothing"):
            strip_at(one.address).closed()


def test_another_community_and_a_closed_port_are_silence_and_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An agent says nothing to strangers; a host without one says so by ICMP."""
    monkeypatch.setattr(pdu_snmp, "ANSWER_WITHIN", 0.1)
    with agent(apc()) as one, pytest.raises(PortTimeout, match="community"):
        strip_at(one.address, community="public").closed()
    with pytest.raises((PortLost, PortTimeout)):
        strip_at(one.address).closed()


LONGEST = bytes.fromhex("30270201000488ffffffffffffffff")  # a community of 2^64 - 1 bytes
EMPTY = bytes.fromhex("301b02010104067075626c6963a20e020100020100020100300030003000")


@pytest.mark.parametrize("said", [b"what?", LONGEST, EMPTY])
def test_what_is_no_snmp_is_garbled(said: bytes) -> None:
    """Another service on that port, a length beyond all bounds, too many parts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        switch = strip_at("udp://{}:{}".format(*other.getsockname()))
        echo = threading.Thread(target=lambda: other.sendto(said, other.recvfrom(4096)[1]))
        echo.start()
        with pytest.raises(Garbled, match="no SNMP"):
            switch.closed()
        echo.join()


def test_outlets_are_counted_from_one() -> None:
    """Nought is no outlet."""
    with pytest.raises(UsageError, match="from 1"):
        strip_at("udp://127.0.0.1:161", outlet=0)


@pytest.mark.parametrize("address", ["udp://127.0.0.1", "udp://127.0.0.1:99999"])
def test_an_address_without_a_port_is_told(address: str) -> None:
    """Before a socket is made."""
    with pytest.raises(PortLost, match="udp://host:port"):
        strip_at(address)
