"""The driver of the test acquirer: a dialogue, and what it makes of events."""

from typing import Any

import pytest

from harness.drivers.acquirer import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout
from harness.model.network import Certified, Doored
from harness.model.roles import Host, Identified, SafeState, Watched
from harness.testing import replay


class Heard:
    """Remembers what was observed."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        assert t is not None
        self.rows.append((kind, fields))


def test_it_plays_its_roles() -> None:
    """Host, Certified, Doored, Watched, SafeState and Identified by having their methods."""
    with replay(Driver, []) as host:
        for role in (Host, Certified, Doored, Watched, SafeState, Identified):
            assert isinstance(host, role)


def test_misbehaving_and_making_safe() -> None:
    """What is asked goes out as one line each; safe is read back."""
    talk = [
        ('{"do":"identify"}', '{"ok":true,"identity":"terminal-harness acquirer 1.0"}'),
        ('{"do":"misbehave","act":"delay","on":"0200","by":61.0,"times":1}', '{"ok":true}'),
        ('{"do":"certificate","kind":"expired"}', '{"ok":true}'),
        ('{"do":"door","state":"silent"}', '{"ok":true}'),
        ('{"do":"behave"}', '{"ok":true}'),
        ('{"do":"certificate","kind":"good"}', '{"ok":true}'),
        ('{"do":"door","state":"open"}', '{"ok":true}'),
        ('{"do":"state"}', '{"ok":true,"misbehaving":[],"certificate":"good","door":"open"}'),
    ]

    with replay(Driver, talk) as host:
        assert host.identify() == "terminal-harness acquirer 1.0"
        host.misbehave("delay", by=61.0, times=1, code=None)
        host.present("expired")
        host.set_door("silent")
        host.make_safe()


def test_one_of_two_hosts_and_what_headers_ask() -> None:
    """Only a host that has two is told which; a hook says how many are let pass."""
    talk = [
        ('{"do":"door","state":"closed","which":"first"}', '{"ok":true}'),
        ('{"do":"misbehave","act":"drip","on":"any","by":5.0,"after":2}', '{"ok":true}'),
        ('{"do":"demand","what":"sign_on"}', '{"ok":true}'),
    ]

    with replay(Driver, talk) as host:
        host.set_door("closed", "first")
        host.misbehave("drip", on="any", by=5.0, after=2)
        host.demand("sign_on")


def test_events_between_answers_are_observed_and_strangers_are_not() -> None:
    """Known words are observed with their fields, card numbers truncated; others are left."""
    events = (
        '{"event":"answered","mti":"0210","stan":2,"response":"00"}\n'
        '{"event":"moon_phase","full":true}\n'
        '{"event":"violation","rule":"x","text":"card 6212345678901265 twice"}\n'
        '{"ok":true,"entries":0}'
    )
    heard = Heard()

    with replay(Driver, [('{"do":"ledger"}', events)]) as host:
        host.observe = heard
        host.ask_ledger()

    assert heard.rows == [
        ("answered", {"mti": "0210", "stan": 2, "response": "00"}),
        ("violation", {"rule": "x", "text": "card 621234***1265 twice"}),
    ]


def test_a_refusal_is_told_in_the_hosts_own_words() -> None:
    """An error answer is DeviceRefused."""
    talk = [('{"do":"misbehave","act":"fly","on":"0200"}', '{"error":"no act \'fly\'"}')]

    with replay(Driver, talk) as host, pytest.raises(DeviceRefused, match="no act 'fly'"):
        host.misbehave("fly")


@pytest.mark.parametrize(
    "left",
    [
        '"misbehaving":[{"act":"drop"}],"certificate":"good","door":"open"',
        '"misbehaving":[],"certificate":"x","door":"open"',
        '"misbehaving":[],"certificate":"good","door":"closed"',
    ],
)
def test_a_host_that_stays_unsafe_is_a_bench_error(left: str) -> None:
    """What cannot be verified is said."""
    talk = [
        ('{"do":"behave"}', '{"ok":true}'),
        ('{"do":"certificate","kind":"good"}', '{"ok":true}'),
        ('{"do":"door","state":"open"}', '{"ok":true}'),
        ('{"do":"state"}', '{"ok":true,' + left + "}"),
    ]

    with replay(Driver, talk) as host, pytest.raises(BenchError, match="still misbehaves"):
        host.make_safe()


@pytest.mark.parametrize(
    ("answer", "error"), [(None, PortTimeout), ("what?", Garbled), ("[1]", Garbled)]
)
def test_silence_and_garbage(answer: str | None, error: type[Exception]) -> None:
    """No answer is a timeout; what is no JSON object is garbled."""
    with replay(Driver, [('{"do":"behave"}', answer)]) as host, pytest.raises(error):
        host.behave()


def test_attending_takes_in_what_is_there() -> None:
    """Events that lie there are observed without a request; half a line waits."""
    heard = Heard()

    with replay(Driver, []) as host:
        host.observe = heard
        port = host._lines._port
        port.put_arrived(b'{"event":"connected"}\n{"event":"dis')  # type: ignore[attr-defined]
        host.attend()
        port.put_arrived(b'connected"}\n')  # type: ignore[attr-defined]
        host.attend()

    assert heard.rows == [("connected", {}), ("disconnected", {})]
