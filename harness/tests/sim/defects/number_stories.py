"""Stories in which trace and receipt numbers come to their end and begin anew."""

from harness.tests.sim.defects.acts import Story, begin
from harness.tests.sim.terminal.stage import Stage


def five_sales(stage: Stage) -> None:
    """From before the end of both numbers to behind it."""
    begin(stage)
    for round_ in range(5):
        stage.sell(1000 + round_)
        stage.ready(60.0)


def trace_numbers(stage: Stage) -> bool:
    """Is one of the five none, or used for two?"""
    five_sales(stage)
    used = [row["stan"] for row in stage.of("request_sent", mti="0200")]
    return 0 in used or len(set(used)) < 5


def receipt_numbers(stage: Stage) -> bool:
    """Are five sales told by fewer numbers?"""
    five_sales(stage)
    return len({entry.receipt for entry in stage.terminal.running.storage.journal}) < 5  # type: ignore[union-attr]


NUMBERS: dict[str, Story] = {
    "trace_number_zero": trace_numbers,
    "trace_number_twice_at_end": trace_numbers,
    "trace_number_stops": trace_numbers,
    "receipt_number_stops": receipt_numbers,
    "receipt_number_twice_at_end": receipt_numbers,
}
