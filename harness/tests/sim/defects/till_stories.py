"""What the planted bugs of tills do to amounts, originals and days."""

from harness.tests.sim.defects.acts import Story
from harness.tests.sim.terminal.counter import begin
from harness.tests.sim.terminal.stage import Stage


def two_amounts(stage: Stage) -> bool:
    """What the display says while a card is awaited for the second one."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("sale", 2000)
    shown = [str(row["text"]) for row in stage.of("prompt", asks="insert")]
    return "20.00" not in shown[-1]


def asked_afterwards(stage: Stage) -> bool:
    """What became of a sale."""
    counter = begin(stage)
    counter.make("sale", 1000)
    said = counter.firmware.settlement.last_outcome()
    return said is None or said.amount != 1000


TILL: dict[str, Story] = {
    "prompt_amount_before": two_amounts,
    "resync_drops_a_digit": asked_afterwards,
}
