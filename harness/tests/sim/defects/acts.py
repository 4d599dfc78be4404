"""What several stories of planted bugs have in common."""

from collections.abc import Callable

from harness.tests.sim.terminal.stage import Stage

Story = Callable[[Stage], bool]


def begin(stage: Stage) -> None:
    """Powered, ready, registered."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()


def cut_at(stage: Stage, kind: str, after: float = 0.0, **wanted: object) -> None:
    """Cut the supply for two seconds once something was seen."""

    def cut() -> None:
        assert stage.until(lambda: bool(stage.of(kind, **wanted)), 200.0)
        stage.clock.sleep(after)
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()

    stage.clock.spawn("cut", cut)


def unbalanced(stage: Stage) -> bool:
    """The host's charges are not the journal's approvals."""
    stage.ready(300.0)
    stage.console.ask_journal()
    stage.clock.sleep(3.0)
    charged = {entry.key.stan for entry in stage.host.ledger if entry.status == "approved"}
    outcomes = {row["stan"]: row["outcome"] for row in stage.of("journal_entry")}
    booked = {stan for stan, outcome in outcomes.items() if outcome == "approved"}
    return charged != booked


def outage(stage: Stage, low: float = 0.0, lasting: float = 2.0) -> None:
    """One disturbance of the supply, and its end."""
    stage.power(low)
    stage.clock.sleep(lasting)
    stage.power()


def cut_while_host_works(stage: Stage) -> bool:
    """P3 and P4: a cut between request and answer."""
    begin(stage)
    cut_at(stage, "request_sent", 0.07, mti="0200")
    stage.sell(1000)
    return unbalanced(stage)


def plain_sale(stage: Stage) -> bool:
    """Nothing goes wrong."""
    begin(stage)
    stage.sell(1000)
    return bool(stage.of("card_number_in_clear"))
