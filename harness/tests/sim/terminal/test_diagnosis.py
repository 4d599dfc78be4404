"""What is wrong is called by its name, whatever it looks like from afar, and is got over."""

from collections.abc import Callable

import pytest

from harness.model.network import Exhaustion
from harness.sim.terminal.registering import REJECTS
from harness.tests.sim.terminal.stage import HOSTS, Stage

Act = Callable[[Stage], None]


def certificate(kind: str) -> Act:
    """The host shows another certificate, and ends what was agreed by the old one."""
    return lambda stage: stage.control(stage.host, do="certificate", kind=kind)


def names(mode: str) -> Act:
    """The carrier's name service misbehaves; the next connection is soon to be made."""

    def act(stage: Stage) -> None:
        stage.link.carrier.set_names(mode)  # type: ignore[arg-type]
        stage.misbehave("reset", "0820", times=1)

    return act


def plan(how: Exhaustion) -> Act:
    """The plan ends now, in this manner."""

    def act(stage: Stage) -> None:
        stage.link.carrier.set_exhaustion(how)
        stage.link.carrier.set_left(0)

    return act


def standing(state: str) -> Act:
    """The subscription is something else."""
    return lambda stage: stage.link.carrier.set_subscription(state)  # type: ignore[arg-type]


def top_up(stage: Stage) -> None:
    """Data again."""
    stage.link.carrier.top_up(50_000_000)


def access(apn: str = "", user: str = "") -> Act:
    """The only access point that is accepted."""
    return lambda stage: stage.link.carrier.set_access(apn=apn, user=user)


def door(state: str) -> Act:
    """The host leaves its port."""
    return lambda stage: stage.control(stage.host, do="door", state=state)


FAULTS: dict[str, tuple[Act, Act, str]] = {
    "expired certificate": (certificate("expired"), certificate("good"), "tls_error"),
    "unknown authority": (certificate("unknown_ca"), certificate("good"), "tls_error"),
    "wrong name": (certificate("wrong_name"), certificate("good"), "tls_error"),
    "not yet valid": (certificate("not_yet_valid"), certificate("good"), "tls_error"),
    "names silent": (names("silent"), names("answer"), "dns_failure"),
    "names refused": (names("refused"), names("answer"), "dns_failure"),
    "name unknown": (names("unknown"), names("answer"), "dns_failure"),
    "portal without a plan": (names("hijack"), names("answer"), "tls_error"),
    "walled garden": (plan(Exhaustion("redirect")), top_up, "data_exhausted"),
    "walled garden, reset": (
        plan(Exhaustion("redirect", tls="reset", names="pass")), top_up, "data_exhausted",
    ),
    "white list": (plan(Exhaustion("restrict")), top_up, "data_exhausted"),
    "told by ICMP": (plan(Exhaustion("drop", icmp=True)), top_up, "data_exhausted"),
    "thrown out": (plan(Exhaustion("detach")), top_up, "data_exhausted"),
    "refused with 26": (plan(Exhaustion("deactivate", cause=26)), top_up, "data_exhausted"),
    "suspended": (standing("suspended"), standing("active"), "sim_expired"),
    "barred": (standing("barred"), standing("active"), "sim_expired"),
    "another access point": (access("other.apn"), access(), "wrong_settings"),
    "another user": (access(user="somebody"), access(), "wrong_settings"),
    "another port": (door("closed"), door("open"), "wrong_settings"),
    "another address": (door("silent"), door("open"), "host_unreachable"),
}  # fmt: skip
#: What may be said first, before it is known better.
FIRST = {"another port": {"host_unreachable"}}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_called_by_its_name_and_got_over(name: str) -> None:
    """Within 60 s, never by another name; it sells again within 120 s of the remedy."""
    break_it, mend_it, cause = FAULTS[name]
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        stage.register.sign_on()
        stage.clock.sleep(20.0)
        break_it(stage)
        assert stage.until(lambda: bool(stage.of("detected", cause=cause)), 60.0)
        stage.clock.sleep(90.0)
        assert {row["cause"] for row in stage.of("detected")} <= {cause} | FIRST.get(name, set())
        assert stage.of("report", on="display", cause=cause)
        assert not stage.of("cleared", cause=cause)
        mend_it(stage)
        assert stage.ready(120.0)
        assert stage.sell(700).outcome == "approved"
        assert stage.of("cleared", cause=cause)

    stage.play(story)


@pytest.mark.parametrize("kind", ["expired", "unknown_ca", "wrong_name"])
def test_nothing_is_said_to_a_host_whose_certificate_is_refused(kind: str) -> None:
    """Invariant 19: not a message, in the clear or otherwise; the sale fails and says why."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        certificate(kind)(stage)
        assert stage.until(lambda: bool(stage.of("detected", cause="tls_error")), 15.0)
        sent = len(stage.of("request_sent"))
        refused = stage.sell(1000)
        assert (refused.outcome, refused.cause) == ("failed", "tls_error")
        assert len(stage.of("request_sent")) == sent
        assert kind.split("_", maxsplit=1)[0] in stage.of("detected")[-1]["text"]

    stage.play(story)


def test_a_stopped_clock_does_not_lock_the_terminal_out() -> None:
    """G-4: the clock says 2000; certificates are judged by what is known to be over."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.power(0.0)
        stage.clock.sleep(2000.0)
        stage.power()
        assert stage.ready(120.0)
        assert not stage.of("detected", cause="tls_error")

    stage.play(story)


@pytest.mark.parametrize("needs", ["bearer", "radio", "power"])
@pytest.mark.parametrize("mode", ["drop", "deactivate", "detach"])
def test_a_plan_that_was_topped_up_is_made_use_of_without_a_visit(mode: str, needs: str) -> None:
    """The network wants a new bearer, a new attach or a restart: the terminal finds out which."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        stage.clock.sleep(20.0)
        plan(Exhaustion(mode, needs=needs))(stage)  # type: ignore[arg-type]
        assert stage.until(lambda: bool(stage.of("detected", cause="data_exhausted")), 60.0)
        stage.clock.sleep(100.0)
        top_up(stage)
        assert stage.ready(120.0)
        assert stage.sell(700).outcome == "approved"

    stage.play(story)


def test_a_back_off_timer_is_waited_out_without_a_storm() -> None:
    """T3396: bearers are asked for less and less often, and not once a second."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        how = Exhaustion("deactivate", cause=26, again="back_off", back_off=300.0)  # type: ignore[arg-type]
        plan(how)(stage)
        stage.clock.sleep(600.0)
        refused = [row for row in stage.of("line") if "no bearer" in row["text"]]
        assert 2 <= len(refused) <= 20
        assert not [row for row in stage.of("remedy") if row["what"] == "modem"]
        top_up(stage)
        assert stage.ready(120.0)

    stage.play(story)


@pytest.mark.parametrize("how", ["silent host", "deaf host", "bad certificate", "no way"])
def test_an_hour_without_the_host_costs_less_than_200_kb(how: str) -> None:
    """Q-9, invariant 22: by the carrier's count, over TLS and all; and it comes back by itself."""
    stage = Stage()
    acts: dict[str, tuple[Act, Act]] = {
        "silent host": (
            lambda stage: stage.internet.silent_hosts.update(HOSTS),
            lambda stage: stage.internet.silent_hosts.clear(),
        ),
        "deaf host": (
            lambda stage: stage.misbehave("ignore", "any"),
            lambda stage: stage.control(stage.host, do="behave"),
        ),
        "bad certificate": (certificate("expired"), certificate("good")),
        "no way": (
            lambda stage: stage.link.set_outage(on=True),
            lambda stage: stage.link.set_outage(on=False),
        ),
    }

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        before = stage.modem.sent + stage.modem.received
        acts[how][0](stage)
        left = stage.link.carrier.left or 0
        stage.clock.sleep(1750.0)  # half an hour: its daily restart would begin the count anew
        assert left - (stage.link.carrier.left or 0) < 120_000
        assert stage.modem.sent + stage.modem.received >= min(before, 1)
        acts[how][1](stage)
        assert stage.ready(120.0)

    stage.play(story)


@pytest.mark.parametrize("mode", ["drop", "deactivate", "detach"])
def test_without_ussd_the_carriers_message_tells_and_is_forgotten_when_it_is_over(
    mode: str,
) -> None:
    """LTE-only modems have no USSD; a later refusal is not put down to the plan of then."""
    stage = Stage()

    def story() -> None:
        stage.modem.personality["quirks"]["ussd"] = False
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        stage.clock.sleep(5.0)
        plan(Exhaustion(mode))(stage)  # type: ignore[arg-type]
        assert stage.until(lambda: bool(stage.of("detected", cause="data_exhausted")), 60.0)
        stage.clock.sleep(30.0)
        top_up(stage)
        assert stage.ready(120.0)
        stage.link.carrier.set_subscription("expired")
        assert stage.until(lambda: bool(stage.of("detected", cause="sim_expired")), 60.0)
        assert len(stage.of("detected", cause="data_exhausted")) == 1

    stage.play(story)


def test_a_slow_plan_sells_or_fails_cleanly() -> None:
    """Q-5: 8 kbit/s and 3 s there and back: a sale is made, and what is under way is shown."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.link.shape(rate=8000.0, delay=1.5, jitter=0.0)
        result = stage.sell(1000)
        shown = [row["text"] for row in stage.of("display")]
        assert "PLEASE WAIT, AUTHORISING" in shown
        assert result.outcome in ("approved", "failed")
        stage.clock.sleep(60.0)
        stage.link.shape(rate=10e6, delay=0.03)
        assert stage.ready(120.0)
        charged = [entry for entry in stage.host.ledger if entry.status == "approved"]
        assert len(charged) == (result.outcome == "approved")

    stage.play(story)


def test_fifty_flaps_leave_nothing_behind() -> None:
    """S-6: 2 s up and 3 s down, fifty times: no task more than before, and then a sale."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        for _ in range(50):
            stage.radio.attenuate(90.0)
            stage.clock.sleep(3.0)
            stage.radio.attenuate(0.0)
            stage.clock.sleep(2.0)
        assert stage.ready(60.0)
        assert len(stage.modem.ports) == 1
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_every_reject_cause_has_a_word_of_ours() -> None:
    """The words of the table are causes that an alarm exists for."""
    stage = Stage()
    assert set(REJECTS.values()) <= set(stage.terminal.personality.alarms)
