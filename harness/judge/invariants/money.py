"""What a scenario about money asks for, in one word."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Money:
    """The usual dozen: nothing charged twice, lost, forgotten, told wrongly or left pending.

    Where a scenario names one of them itself, with keys of its own, that one holds.
    """

    STANDS_FOR: ClassVar[tuple[str, ...]] = (
        "exactly_once", "booked_as_asked", "no_orphan_charge", "declined_costs_nothing",
        "reversal_before_next_sale",
        "reversal_survives_power_loss", "reversal_carries_original", "persist_before_send",
        "stan_never_reused", "batch_closes_once", "answers_must_match", "journal_intact",
        "receipt_needs_journal", "outcomes_agree", "shown_as_it_ended", "ready_owes_nothing",
        "told_once", "signed_on_first", "no_clear_card_number", "next_card_fresh",
    )  # fmt: skip
