"""Stories of the line: SIM, plan, radio, names, certificates, spare ways."""

from typing import Any

from harness.model.network import Exhaustion
from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.terminal.stage import Stage


def empty(stage: Stage, how: Exhaustion) -> None:
    """The plan ends now, in this manner."""
    stage.link.carrier.set_left(50_000_000)
    stage.clock.sleep(1.0)
    stage.link.carrier.set_exhaustion(how)
    stage.link.carrier.set_left(0)


def misnamed(cause: str, act: Story) -> Story:
    """Something happens; is it not called by its name, or by another one as well?"""

    def story(stage: Stage) -> bool:
        begin(stage)
        act(stage)
        stage.until(lambda: bool(stage.of("detected", cause=cause)), 60.0)
        stage.clock.sleep(20.0)
        return {row["cause"] for row in stage.of("detected")} != {cause}

    return story


def walled_garden(stage: Stage) -> bool:
    """Q-4: names lead to a portal."""
    empty(stage, Exhaustion("redirect"))
    return True


def sim_pulled(stage: Stage) -> bool:
    """S-1: the SIM is taken out."""
    stage.modem.set_sim(present=False)
    return True


def names_dead(stage: Stage) -> bool:
    """G-2: the name service is silent when the next connection is due."""
    stage.link.carrier.set_names("silent")
    stage.misbehave("reset", "0820", times=1)
    return True


def access_changed(stage: Stage) -> bool:
    """G-1: another access point is wanted."""
    stage.link.carrier.set_access(apn="other.apn")
    return True


def retries_cost(stage: Stage) -> bool:
    """Q-9: ten minutes with a host that does not answer."""
    begin(stage)
    stage.link.carrier.set_left(50_000_000)
    stage.misbehave("ignore", "any")
    stage.clock.sleep(900.0)
    return 50_000_000 - (stage.link.carrier.left or 0) > 110_000


def topped_up(how: Exhaustion) -> Story:
    """A plan ends in this manner, and is paid for a minute later."""

    def story(stage: Stage) -> bool:
        begin(stage)
        empty(stage, how)
        stage.clock.sleep(60.0)
        stage.link.carrier.top_up(50_000_000)
        return not stage.ready(120.0)

    return story


def first_sim_dies(stage: Stage) -> bool:
    """S-3: is the second SIM in use within a minute?"""
    begin(stage)
    stage.tray.put("1", None)
    return not stage.until(lambda: bool(stage.of("bearer", name="sim2")), 60.0)


def first_sim_dies_in_sale(stage: Stage) -> bool:
    """S-3: the host has approved, and the answer is lost with the SIM."""
    begin(stage)

    def pull() -> None:
        stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.clock.sleep(0.07)
        stage.tray.put("1", None)

    stage.clock.spawn("hand", pull)
    stage.sell(1000)
    stage.ready(120.0)
    return len([entry for entry in stage.host.ledger if entry.status == "approved"]) > 0


def certified(kind: str) -> Story:
    """G-2: what is sent to a host that shows this certificate."""

    def story(stage: Stage) -> bool:
        begin(stage)
        stage.control(stage.host, do="certificate", kind=kind)
        stage.clock.sleep(2.0)
        stage.sell(1000)
        sent = [row for row in stage.of("request_sent") if row["mti"] in ("0200", "0800")]
        return len(sent) > 1 or not stage.of("detected", cause="tls_error")

    return story


def _with_a_plan(stage: Stage, left: int) -> None:
    """Of a megabyte so many bytes are left, and known."""
    begin(stage)
    stage.link.carrier.set_left(1_000_000)
    stage.clock.sleep(2.0)
    stage.link.carrier.set_left(left)
    stage.clock.sleep(40.0)


def warnings(stage: Stage) -> bool:
    """Q-8: 81 % are used, then 96 %."""
    _with_a_plan(stage, 190_000)
    stage.link.carrier.set_left(40_000)
    stage.clock.sleep(80.0)
    return len(stage.of("detected", cause="data_low")) < 2


def warned_and_topped_up(stage: Stage) -> bool:
    """Q-8: 96 % are used, then data is bought: is the warning taken back?"""
    _with_a_plan(stage, 40_000)
    stage.link.carrier.top_up(10_000_000)
    stage.clock.sleep(180.0)
    return not stage.of("cleared", cause="data_low")


def held_back(stage: Stage) -> bool:
    """T3396 runs: how often is the modem restarted meanwhile?"""
    begin(stage)
    how: Any = {"cause": 26, "again": "back_off", "back_off": 300.0}
    empty(stage, Exhaustion("deactivate", **how))
    stage.clock.sleep(120.0)
    return bool(stage.of("remedy", what="modem"))


def modem_hangs(stage: Stage) -> bool:
    """S-7: AT is silent."""
    begin(stage)
    stage.modem.hung = True
    return not stage.until(lambda: bool(stage.of("detected", cause="modem_fault")), 60.0)


def signal_fades(stage: Stage) -> bool:
    """S-4: -117 dBm."""
    begin(stage)
    stage.radio.attenuate(32.0)
    return not stage.until(lambda: bool(stage.of("detected", cause="weak_signal")), 15.0)


def switched_off_and_on(stage: Stage) -> bool:
    """Q-10: an empty plan, and a power cycle."""
    begin(stage)
    stage.clock.sleep(10.0)
    empty(stage, Exhaustion("deactivate"))
    stage.until(lambda: bool(stage.of("detected", cause="data_exhausted")), 60.0)
    outage(stage, lasting=3.0)
    stage.clock.sleep(40.0)
    return len(stage.of("detected", cause="data_exhausted")) < 2


def asked_without_need(mti: str) -> Story:
    """Nothing is wrong for a minute: how often is the host asked for the same?"""

    def story(stage: Stage) -> bool:
        begin(stage)
        before = len(stage.of("request_sent", mti=mti))
        stage.clock.sleep(60.0)
        return len(stage.of("request_sent", mti=mti)) - before > 8

    return story


def weak_twice(stage: Stage) -> bool:
    """S-4: the signal is weak, and once more."""
    begin(stage)
    for _ in range(2):
        stage.radio.attenuate(35.0)
        stage.clock.sleep(20.0)
        stage.radio.attenuate(0.0)
        stage.clock.sleep(20.0)
    return len(stage.of("detected", cause="weak_signal")) < 2


def lost_twice(stage: Stage) -> bool:
    """S-4: the signal is lost, and once more."""
    begin(stage)
    for damping in (80.0, 0.0, 80.0):
        stage.radio.attenuate(damping)
        stage.clock.sleep(60.0)
    return len(stage.of("detected", cause="no_signal")) < 2


def no_line(stage: Stage) -> bool:
    """N3: the power light while the line is down."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.clock.sleep(60.0)
    return stage.terminal.body.lights["power"] != "on"


def way_tried(stage: Stage) -> bool:
    """S-4: the register has the way tried while there is no signal."""
    begin(stage)
    stage.radio.attenuate(80.0)
    assert stage.until(lambda: bool(stage.of("detected", cause="no_signal")), 90.0)
    return stage.register.diagnose().cause != "no_signal"


def sale_without_a_way(stage: Stage) -> bool:
    """A sale while no packet passes."""
    begin(stage)
    stage.link.set_outage(on=True)
    result = stage.sell(1000)
    return result.outcome == "declined" or result.cause == "card_declined"


def long_outage(stage: Stage) -> bool:
    """No packet passes for minutes, then all do."""
    begin(stage)
    stage.link.set_outage(on=True)
    stage.clock.sleep(400.0)
    stage.link.set_outage(on=False)
    return not stage.ready(120.0)


def empty_plan(stage: Stage) -> bool:
    """The plan is used up while nobody sells."""
    begin(stage)
    stage.link.carrier.set_left(0)
    stage.clock.sleep(90.0)
    causes = {row["cause"] for row in stage.of("detected")}
    return "data_exhausted" not in causes


def connections_refused(stage: Stage) -> bool:
    """How often a host is tried in a minute that ends every connection."""
    begin(stage)
    stage.misbehave("ignore", "0820", times=1)
    stage.misbehave("refuse", "any")
    stage.clock.sleep(90.0)
    ends = ("net: connected", "net: not secure", "net: no connection")
    tries = [row for row in stage.of("line") if any(end in row["text"] for end in ends)]
    return len(tries) > 30


LINE: dict[str, Story] = {
    "second_outage_unseen": lost_twice,
    "weak_signal_told_once": weak_twice,
    "power_light_tells_of_the_line": no_line,
    "diagnosis_always_well": way_tried,
    "diagnosis_knows_one_cause": way_tried,
    "echo_storm": asked_without_need("0820"),
    "signs_on_for_ever": asked_without_need("0800"),
    "portal_as_host_fault": misnamed("data_exhausted", walled_garden),
    "missing_sim_as_no_signal": misnamed("sim_missing", sim_pulled),
    "names_as_host_fault": misnamed("dns_failure", names_dead),
    "settings_as_no_service": misnamed("wrong_settings", access_changed),
    "pauses_never_grow": retries_cost,
    "bearer_never_asked_again": topped_up(Exhaustion("deactivate")),
    "remedies_left_to_technician": topped_up(Exhaustion("deactivate", needs="radio")),
    "top_up_unnoticed": topped_up(Exhaustion("drop")),
    "spare_never_used": first_sim_dies,
    "duplicate_after_bearer_change": first_sim_dies_in_sale,
    "speaks_in_clear": certified("expired"),
    "any_certificate_accepted": certified("unknown_ca"),
    "expiry_ignored": certified("expired"),
    "name_ignored": certified("wrong_name"),
    "stranger_trusted": certified("unknown_ca"),
    "plan_never_warned_of": warnings,
    "second_warning_left_out": warnings,
    "plan_warning_stays": warned_and_topped_up,
    "back_off_timer_ignored": held_back,
    "modem_hang_unnoticed": modem_hangs,
    "weak_signal_untold": signal_fades,
    "bogus_remedy_believed": switched_off_and_on,
    "back_off_forgotten": connections_refused,
    "comm_fault_as_decline": sale_without_a_way,
    "stuck_after_outage": long_outage,
    "plan_as_host_fault": empty_plan,
}

#: Stories that take a terminal with more than one way out.
DUAL = frozenset({"spare_never_used", "duplicate_after_bearer_change"})
