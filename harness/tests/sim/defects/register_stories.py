"""Stories in which the register's end brings out a planted bug."""

from functools import partial

from harness.model.register import CutPoint
from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.terminal.counter import begin as at_counter
from harness.tests.sim.terminal.stage import Stage


def abort_when(stage: Stage, kind: str, **wanted: object) -> None:
    """The cashier gives up as soon as something is seen, and a moment later."""

    def act() -> None:
        assert stage.until(lambda: bool(stage.of(kind, **wanted)), 60.0)
        stage.clock.sleep(0.3)
        stage.register.abort()

    stage.clock.spawn("cashier", act)


def aborted_before_a_card(stage: Stage) -> bool:
    """O-1: the abort comes while a card is awaited."""
    begin(stage)
    abort_when(stage, "ecr_status", asks="insert")
    result = stage.sell(1000, None)
    return result.cause != "cancelled"


def aborted_while_the_host_works(stage: Stage) -> bool:
    """O-1: the abort comes before the answer does; what is called off must cost nothing."""
    begin(stage)
    stage.misbehave("delay", "0200", by=3.0, times=1)
    abort_when(stage, "request_sent", mti="0200")
    result = stage.sell(1000)
    stage.clock.sleep(30.0)
    charged = [one for one in stage.host.ledger if one.status == "approved"]
    return result.outcome != "approved" and bool(charged)


def cut(stage: Stage, at: CutPoint, card: str | None) -> None:
    """A sale whose register loses its line."""
    begin(stage)
    stage.register.cut_line(at)
    stage.sell(1000, card)
    stage.clock.sleep(10.0)
    stage.register.cut_line(None)


def cut_before_a_card(stage: Stage) -> bool:
    """P12: the register goes while a card is awaited; is the terminal free again?"""
    cut(stage, "card", None)
    return stage.sell(700).outcome != "approved"


def cut_at_the_end(stage: Stage) -> bool:
    """P12: the register goes before the completion; does the sale stand?"""
    cut(stage, "end", "chip")
    return len(stage.of("request_sent", mti="0200")) > 1


def told_why(stage: Stage) -> bool:
    """N-1: what a register is told of a host that is silent."""
    begin(stage)
    stage.misbehave("drop", "0200", times=1)
    return stage.sell(1000).cause != "host_silent"


def asked_by_number(stage: Stage, *, power_cut: bool = False) -> bool:
    """A register with numbers of its own asks what became of one that was approved."""
    counter = at_counter(stage)
    asked = counter.firmware.last_asked
    asked.begin("0001", lambda: None)
    asked.end("0001", counter.make("sale", 1000))
    if power_cut:
        outage(stage)
        assert stage.ready()
    found = counter.firmware.last_asked.of("0001")
    return getattr(found, "outcome", "") != "approved"


def sold_twice_over(stage: Stage) -> bool:
    """One sale after another: is the second acknowledged in time?"""
    begin(stage)
    first, second = stage.sell(1000), stage.sell(2000)
    return (first.outcome, second.outcome) != ("approved", "approved")


def abort_at_rest(stage: Stage) -> bool:
    """O-1: an abort while nothing is under way, then a sale."""
    begin(stage)
    stage.register.abort()
    stage.clock.sleep(5.0)
    return stage.sell(1000).outcome != "approved"


def register_goes_deaf(stage: Stage) -> bool:
    """P12: the acknowledgement of the result is lost."""
    begin(stage)
    stage.register_port.deaf_to = bytes.fromhex("040F")
    stage.sell(1000)
    stage.clock.sleep(60.0)
    return any(entry.status == "approved" for entry in stage.host.ledger)


def results_of_a_sale(stage: Stage) -> bool:
    """What the register is told of one sale."""
    begin(stage)
    stage.sell(1000)
    return len(stage.of("ecr_result", code="00")) != 1


REGISTER: dict[str, Story] = {
    "idle_abort_kept": abort_at_rest,
    "register_answered_late": sold_twice_over,
    "status_denies_sale": asked_by_number,
    "asked_forgotten_by_cut": partial(asked_by_number, power_cut=True),
    "abort_ignored": aborted_before_a_card,
    "abort_unreversed": aborted_while_the_host_works,
    "register_gone_unnoticed": cut_before_a_card,
    "undone_after_completion": cut_at_the_end,
    "codes_swapped": told_why,
    "result_told_twice": results_of_a_sale,
    "register_ack_ignored": register_goes_deaf,
}
