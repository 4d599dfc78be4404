"""The primary host and the secondary one: when it is left, and when the terminal comes back."""

from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.sim.internet import Refused
from harness.sim.terminal.hosts import RETURN_MOST, Host, Hosts
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Times
from harness.tests.sim.terminal.stage import Stage

FIRST, SECOND = "one.test", "two.test"


class Socket:
    """A connection that is only looked at."""

    def reset(self) -> None:
        """It is over."""


class Field:
    """Two hosts on a clock that is moved by hand; ``up`` are those that let in."""

    def __init__(self, *names: str) -> None:
        self.clock = CooperativeClock()
        self.up: set[str] = set()
        plain = read_plain(fixture("terminal", "countertop", "personality.yaml"))
        self.times = Times(**{**plain["times"], "host_return": 30.0})
        known = [Host(name, self.dial(name)) for name in names or (FIRST, SECOND)]
        log = Log(lambda _octets: None, lambda: None)  # type: ignore[arg-type, return-value]
        log.say = lambda *_: None  # type: ignore[method-assign]
        self.hosts = Hosts(self.clock, known, times=self.times, log=log)

    def dial(self, name: str) -> Any:
        def dial(_until: float) -> Socket:
            if name not in self.up:
                raise Refused(name)
            return Socket()

        return dial

    def go(self, **causes: str | None) -> str | None:
        """One go as the line makes it: each host in order until one serves."""
        told: dict[str, str | None] = {}
        for name in self.hosts.order():
            self.hosts.use(name)
            told[name] = causes.get(name.partition(".")[0])
            if told[name] is None or not self.hosts.may_leave(str(told[name])):
                break
        cause = self.hosts.settle_on(told)
        self.hosts.note(cause)
        return cause


def test_the_secondary_is_asked_when_the_primary_does_not_serve() -> None:
    """It stays there, and says why; a fault that is no host's own is no reason to leave."""
    field = Field()

    assert field.go(one="host_unreachable") is None
    assert (field.hosts.now.name, field.hosts.spared) == (SECOND, "host_unreachable")
    assert field.hosts.order() == [SECOND, FIRST]
    assert Field().go(one="dns_failure") == "dns_failure"


def test_it_goes_back_when_the_primary_lets_in_again_and_later_each_time_in_vain() -> None:
    """Looked at after 30 s, 60 s, 120 s and so on, an hour at the most."""
    field = Field()
    waits = []

    def story() -> None:
        field.go(one="host_unreachable")
        for _ in range(10):
            began = field.clock.now()
            while not field.hosts._back_from <= field.clock.now():
                assert not field.hosts.may_return()
                field.clock.sleep(5.0)
            assert not field.hosts.may_return()
            waits.append(field.clock.now() - began)
        field.up.add(FIRST)
        field.clock.sleep(RETURN_MOST)
        assert field.hosts.may_return()
        assert field.go() is None

    field.clock.run(story)
    assert waits[:3] == [30.0, 60.0, 120.0]
    assert waits[-1] == RETURN_MOST
    assert (field.hosts.now.name, field.hosts.spared) == (FIRST, None)


def test_while_neither_serves_each_go_tries_one_of_them() -> None:
    """Primary and secondary in turn, told as what is wrong with the primary."""
    field = Field()

    tried = []
    causes = {"one": "tls_error", "two": "host_unreachable"}
    for _ in range(5):
        tried.append(field.hosts.order())
        assert field.go(**causes) == "tls_error"
    assert tried == [[FIRST, SECOND], [FIRST], [SECOND], [FIRST], [SECOND]]
    assert field.hosts.spared is None


def test_who_comes_to_the_secondary_by_turn_looks_at_the_primary_at_once() -> None:
    """The primary may be well, too: it was not asked."""
    field = Field()

    def story() -> None:
        for _ in range(2):
            field.go(one="host_unreachable", two="host_unreachable")
        assert field.hosts.order() == [SECOND]
        assert field.go(one="host_unreachable") is None
        assert field.hosts.spared is None
        assert not field.hosts.may_return()
        field.up.add(FIRST)
        field.clock.sleep(60.0)
        assert field.hosts.may_return()

    field.clock.run(story)


def test_a_terminal_with_one_host_has_nowhere_to_go() -> None:
    """It is neither left nor returned to."""
    field = Field(FIRST)

    for _ in range(3):
        assert field.go(one="host_unreachable") == "host_unreachable"
        assert field.hosts.order() == [FIRST]
    assert not field.hosts.leave("host_silent")
    assert not field.hosts.may_return()


# --- the whole terminal ---------------------------------------------------------------------


@pytest.fixture
def stage() -> Stage:
    """A terminal with two hosts."""
    return Stage()


def _begin(stage: Stage) -> None:
    stage.power()
    assert stage.ready()
    stage.register.sign_on()


def _at(stage: Stage, which: str) -> bool:
    return bool(stage.host.fronts[which].ports)


def test_a_primary_that_takes_connections_and_says_nothing_is_left(stage: Stage) -> None:
    """Deaf for one echo and one sign-on, it is as good as gone."""

    def story() -> None:
        _begin(stage)
        first = stage.host.fronts["first"]
        first._take = lambda _port, _inside: None
        assert stage.until(lambda: _at(stage, "second"), 90.0)
        assert stage.ready()
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_a_sale_finds_the_secondary_host_within_half_a_minute(stage: Stage) -> None:
    """Nobody is at the primary's address, and nobody says so."""

    def story() -> None:
        _begin(stage)
        stage.host.fronts["first"].set_door("silent")
        began = stage.clock.now()
        assert stage.until(lambda: _at(stage, "second"), 90.0)
        told = stage.when("detected", cause="host_unreachable")
        assert told - began < 30.0
        assert stage.clock.now() - told < 30.0
        assert stage.until(lambda: bool(stage.of("display", text="READY ON HOST 2")), 30.0)
        stage.host.fronts["first"].set_door("open")
        assert stage.until(lambda: _at(stage, "first") and not _at(stage, "second"), 120.0)
        assert stage.until(lambda: bool(stage.of("cleared", cause="host_unreachable")), 30.0)

    stage.play(story)


def test_an_answer_that_was_given_up_is_known_when_it_comes(stage: Stage) -> None:
    """On the reversal's line, and behind it: neither that nor the next sale is hurt."""

    def story() -> None:
        _begin(stage)
        stage.misbehave("late_after_reversal", "0200", times=1)
        assert stage.sell(1000).outcome == "failed"
        assert stage.until(lambda: bool(stage.of("reversal_done")), 60.0)
        assert stage.sell(2000).outcome == "approved"
        assert [entry.status for entry in stage.host.ledger] == ["reversed", "approved"]
        assert len(stage.of("reversal_saved")) == 2

    stage.play(story)


def test_a_header_that_asks_for_it_brings_a_sign_on(stage: Stage) -> None:
    """Once, when nobody sells; the host asks no more then."""

    def story() -> None:
        _begin(stage)
        stage.control(stage.host, do="demand", what="sign_on")
        assert stage.sell(1000).outcome == "approved"
        session = next(iter(stage.host._flows._sessions.values()))
        keys = session.keys
        assert stage.until(lambda: session.keys is not keys, 60.0)
        keys = session.keys
        assert stage.ready()
        stage.clock.sleep(60.0)
        assert session.keys is keys
        assert stage.sell(2000).outcome == "approved"

    stage.play(story)
