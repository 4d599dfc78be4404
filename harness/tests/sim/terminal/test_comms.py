"""Faults of the line: found between sales and in them, named truly, got over without help."""

from collections.abc import Callable

import pytest

from harness.model.network import Exhaustion, Mode, Subscribed
from harness.sim.terminal.account import read_account
from harness.tests.sim.terminal.stage import HOSTS, Stage

Act = Callable[[Stage], None]


def empty(mode: Mode) -> Act:
    """The plan ends now, in this manner."""

    def act(stage: Stage) -> None:
        stage.link.carrier.set_exhaustion(Exhaustion(mode))
        stage.link.carrier.set_left(0)

    return act


def subscription(state: Subscribed) -> Act:
    """The carrier's mind changes."""
    return lambda stage: stage.link.carrier.set_subscription(state)


def top_up(stage: Stage) -> None:
    """Data again."""
    stage.link.carrier.set_left(50_000_000)


FAULTS: dict[str, tuple[Act, Act, str]] = {
    "plan, dropped": (empty("drop"), top_up, "data_exhausted"),
    "plan, reset": (empty("reset"), top_up, "data_exhausted"),
    "plan, deactivated": (empty("deactivate"), top_up, "data_exhausted"),
    "expired": (subscription("expired"), subscription("active"), "sim_expired"),
    "not activated": (
        subscription("not_activated"), subscription("active"), "sim_not_activated",
    ),
    "no signal": (
        lambda stage: stage.radio.attenuate(90.0), lambda stage: stage.radio.attenuate(0.0),
        "no_signal",
    ),
    "no way": (
        lambda stage: stage.link.set_outage(on=True),
        lambda stage: stage.link.set_outage(on=False), "host_unreachable",
    ),
    "host dead": (
        lambda stage: stage.internet.silent_hosts.update(HOSTS),
        lambda stage: stage.internet.silent_hosts.clear(), "host_unreachable",
    ),
    "no SIM": (
        lambda stage: stage.modem.set_sim(present=False),
        lambda stage: stage.modem.set_sim(present=True), "sim_missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_between_sales_is_found_named_and_got_over(name: str) -> None:
    """Within 60 s, by its own cause and no other; after the remedy it sells within 120 s."""
    break_it, mend_it, cause = FAULTS[name]
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.clock.sleep(20.0)
        break_it(stage)
        assert stage.until(lambda: bool(stage.of("detected")), 60.0)
        refused = stage.sell(1000)
        assert refused.outcome == "failed"
        assert refused.cause == cause
        assert {row["cause"] for row in stage.of("detected")} == {cause}
        assert stage.of("report", on="display", cause=cause)
        mend_it(stage)
        since = stage.clock.now()
        assert stage.ready(120.0)
        assert stage.sell(700).outcome == "approved"
        assert stage.clock.now() - since < 120.0
        assert stage.until(lambda: bool(stage.of("cleared", cause=cause)), 60.0)

    stage.play(story)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_sale_never_becomes_a_decline(name: str) -> None:
    """The fault comes right after the request: failed by its cause, reversed, never two charges."""
    break_it, mend_it, cause = FAULTS[name]
    stage = Stage(response=30.0)

    def hit() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        break_it(stage)

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.clock.spawn("fault", hit)
        result = stage.sell(1000)
        assert result.outcome in ("approved", "failed")
        if result.outcome == "failed":
            assert result.cause == cause
        mend_it(stage)
        assert stage.ready(150.0)
        charged = [entry for entry in stage.host.ledger if entry.status == "approved"]
        assert len(charged) == (result.outcome == "approved")

    stage.play(story)


def test_a_hung_modem_is_reset() -> None:
    """S-7: AT silent is a modem fault; the terminal pulls the reset line and recovers."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.modem.hung = True
        assert stage.until(lambda: bool(stage.of("detected", cause="modem_fault")), 60.0)
        assert stage.ready(120.0)
        assert [row["what"] for row in stage.of("remedy")] == ["reset"]

    stage.play(story)


def test_retries_during_a_long_outage_cost_little_data() -> None:
    """Q-9: less than 200 KB in an hour of outage (invariant 22)."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        stage.internet.silent_hosts.update(HOSTS)
        before = stage.modem.sent
        stage.clock.sleep(3600.0)
        assert stage.modem.sent - before < 200_000
        stage.internet.silent_hosts.clear()
        assert stage.ready(60.0)
        [told] = stage.of("retries")
        assert told["tries"] > 10
        assert stage.modem.sent - before <= told["bytes"] < 200_000

    stage.play(story)


def test_a_plan_that_runs_low_is_said_early_and_taken_back() -> None:
    """Q-8: the carrier's message leads to a look at the account; a top-up ends the warning."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(50_000_000)
        stage.clock.sleep(5.0)
        stage.link.carrier.set_left(9_000_000)
        assert stage.until(lambda: bool(stage.of("detected", cause="data_low")), 60.0)
        top_up(stage)
        assert stage.until(lambda: bool(stage.of("cleared", cause="data_low")), 120.0)

    stage.play(story)


def test_a_weak_signal_is_said_and_does_not_stop_a_sale() -> None:
    """S-4: a warning, not a fault."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        assert stage.until(lambda: bool(stage.of("bars", bars=4)), 10.0)
        stage.radio.attenuate(32.0)
        assert stage.until(lambda: bool(stage.of("detected", cause="weak_signal")), 10.0)
        assert stage.of("bars")[-1] == {"bars": 1, "rsrp": -117}
        assert stage.sell(1000).outcome == "approved"
        stage.radio.attenuate(0.0)
        assert stage.until(lambda: bool(stage.of("cleared", cause="weak_signal")), 10.0)

    stage.play(story)


def test_a_warning_grows_from_80_to_95_per_cent_by_its_own_count() -> None:
    """Q-8: the carrier writes at 80 % only; what was spent since then is the terminal's to know."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.carrier.set_left(100_000)
        stage.clock.sleep(5.0)
        stage.link.carrier.set_left(19_000)
        assert stage.until(lambda: bool(stage.of("detected", cause="data_low")), 60.0)
        assert stage.until(lambda: len(stage.of("detected", cause="data_low")) == 2, 900.0)
        assert 0 < (stage.link.carrier.left or 0) < 5500
        texts = [row["text"] for row in stage.of("detected", cause="data_low")]
        assert texts == ["80% of the data plan used", "95% of the data plan used"]

    stage.play(story)


@pytest.mark.parametrize("needs", ["bearer", "radio", "modem"])
def test_remedies_escalate_until_one_helps_and_are_told(needs: str) -> None:
    """Nothing comes through and nobody says why: bearer, radio and modem in turn, once each."""
    stage = Stage()

    def heal_by(act: str) -> None:
        assert stage.until(lambda: bool(stage.of("remedy", what=act)), 200.0)
        stage.link.set_outage(on=False)

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.set_outage(on=True)
        stage.clock.spawn("network", lambda: heal_by(needs))
        assert stage.until(lambda: bool(stage.of("remedy", what=needs)), 200.0)
        assert stage.ready(60.0)
        tried = [row["what"] for row in stage.of("remedy")]
        assert tried == ["bearer", "radio", "modem"][: len(tried)]
        assert tried[-1] == needs

    stage.play(story)


def test_a_long_outage_is_no_reason_to_restart_the_modem_for_ever() -> None:
    """An hour without a way and with a daily restart in it: the climbs have rests that double."""
    stage = Stage()

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.link.set_outage(on=True)
        stage.clock.sleep(3600.0)
        assert 3 <= len(stage.of("remedy")) <= 2 * 3 * 3

    stage.play(story)


@pytest.mark.parametrize(
    ("said", "cause"),
    [("0.00 MB of 50.00 MB left.", "data_exhausted"), ("12.5 MB left", None),
     ("0 KB", "data_exhausted"), ("0,00 GB", "data_exhausted"),
     ("Your SIM is expired.", "sim_expired"), ("Your SIM is not activated.", "sim_not_activated"),
     ("Your SIM is suspended.", "sim_expired"), ("You have used 100 % of your data.",
     "data_exhausted"), ("Your data plan is unlimited.", None), ("", None)],
)  # fmt: skip
def test_what_a_balance_text_means(said: str, cause: str | None) -> None:
    """Operators' texts differ; a zero amount of data is an empty plan."""
    assert read_account(said).cause == cause
