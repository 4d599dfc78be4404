"""A spare SIM and Wi-Fi: fallen over to in time, shown, and left again when the first is good."""

from collections.abc import Callable

import pytest

from harness.tests.sim.terminal.stage import HOSTS, Stage


def bearers(stage: Stage) -> list[str]:
    """What carried, in order."""
    return [row["name"] for row in stage.of("bearer")]


def pull_first_sim(stage: Stage) -> None:
    """SIM 1 is taken out."""
    stage.pulled = stage.tray.slots["1"]  # type: ignore[attr-defined]
    stage.tray.put("1", None)


DEATHS: dict[str, tuple[Callable[[Stage], None], str]] = {
    "pulled": (pull_first_sim, "sim_missing"),
    "expired": (lambda stage: stage.link.carrier.set_subscription("expired"), "sim_expired"),
    "barred": (lambda stage: stage.link.carrier.set_subscription("barred"), "sim_expired"),
    "suspended": (lambda stage: stage.link.carrier.set_subscription("suspended"), "sim_expired"),
    "empty": (lambda stage: stage.link.carrier.set_left(0), "data_exhausted"),
}


@pytest.mark.parametrize("death", DEATHS)
def test_sales_go_on_over_the_second_sim_within_a_minute(death: str) -> None:
    """S-3: the fault of SIM 1 is told, SIM 2 carries and is shown, and it sells."""
    kill, cause = DEATHS[death]
    stage = Stage(model="countertop_dual")

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        kill(stage)
        since = stage.clock.now()
        assert stage.until(lambda: bool(stage.of("report", on="display", cause=cause)), 45.0)
        assert stage.until(lambda: bearers(stage) == ["sim1", "sim2"], 30.0)
        assert stage.sell(1000).outcome == "approved"
        assert stage.clock.now() - since < 75.0
        assert stage.until(lambda: bool(stage.of("display", text="READY ON SIM2")), 20.0)
        assert not stage.of("cleared", cause=cause)

    stage.play(story)


def test_wifi_carries_when_there_is_no_radio_at_all() -> None:
    """A11: both SIMs share one antenna; the access point does not."""
    stage = Stage(model="countertop_dual")

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.radio.attenuate(90.0)
        assert stage.until(lambda: bearers(stage) == ["sim1", "wifi"], 75.0)
        assert stage.sell(1000).outcome == "approved"
        stage.radio.attenuate(0.0)
        assert stage.until(lambda: bearers(stage) == ["sim1", "wifi", "sim1"], 300.0)
        assert stage.until(lambda: bool(stage.of("cleared", cause="no_signal")), 10.0)

    stage.play(story)


def test_it_returns_to_the_first_sim_after_a_hold_down_and_not_before() -> None:
    """The first return is tried after two minutes, the next one after twice that."""
    stage = Stage(model="countertop_dual")

    def story() -> None:
        stage.power()
        assert stage.ready()
        pull_first_sim(stage)
        assert stage.until(lambda: bearers(stage) == ["sim1", "sim2"], 60.0)
        fallen = stage.clock.now()
        stage.tray.put("1", stage.pulled)  # type: ignore[attr-defined]
        assert stage.until(lambda: bearers(stage) == ["sim1", "sim2", "sim1"], 200.0)
        assert stage.clock.now() - fallen > 115.0
        assert stage.until(lambda: bool(stage.of("cleared", cause="sim_missing")), 10.0)
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_a_return_in_vain_is_tried_less_and_less_often() -> None:
    """SIM 1 stays out for an hour: a handful of looks, and the spare goes on carrying."""
    stage = Stage(model="countertop_dual")

    def story() -> None:
        stage.power()
        assert stage.ready()
        pull_first_sim(stage)
        stage.clock.sleep(1700.0)  # before its daily restart
        states = [row["online"] for row in stage.of("state")]
        assert stage.sell(1000).outcome == "approved"
        assert 2 <= states.count(False) <= 8
        assert bearers(stage) == ["sim1", "sim2"]

    stage.play(story)


def test_a_sale_cut_by_the_change_is_charged_once() -> None:
    """The answer is lost with SIM 1; the reversal goes over SIM 2 before anything else is sold."""
    stage = Stage(model="countertop_dual")

    def cut() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        pull_first_sim(stage)

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.register.sign_on()
        stage.clock.spawn("hand", cut)
        lost = stage.sell(1000)
        assert lost.outcome == "failed"
        assert stage.ready(120.0)
        assert stage.sell(2000).outcome == "approved"
        charged = [entry for entry in stage.host.ledger if entry.status == "approved"]
        assert [entry.amount for entry in charged] == [2000]

    stage.play(story)


def test_a_dead_host_is_no_reason_to_change_the_way() -> None:
    """The name server answers, the host does not: another SIM would not help."""
    stage = Stage(model="countertop_dual")

    def story() -> None:
        stage.power()
        assert stage.ready()
        stage.internet.silent_hosts.update(HOSTS)
        assert stage.until(lambda: bool(stage.of("detected", cause="host_unreachable")), 90.0)
        stage.clock.sleep(120.0)
        assert bearers(stage) == ["sim1"]

    stage.play(story)
