"""A day on which nothing goes wrong, for every invariant over money."""

from harness.tests.judge.story import Story, always

MONEY = (
    "exactly_once", "no_orphan_charge", "declined_costs_nothing", "reversal_before_next_sale",
    "reversal_survives_power_loss", "reversal_carries_original", "persist_before_send",
    "stan_never_reused", "journal_intact", "receipt_needs_journal", "outcomes_agree",
    "comm_fault_is_no_decline", "answers_must_match", "no_clear_card_number", "boots_old_or_new",
)  # fmt: skip


def good_day() -> Story:
    """Two sales, a decline, an unanswered sale reversed in time, a cut sale reversed after boot."""
    story = always(*MONEY)
    story.sale("first", 1).declined("second", 2).unanswered("third", 3).reverse(3)
    story.sale("fourth", 4, 500)
    story.start("fifth")
    story.request("fifth", 5)
    story.answer(5, arrives=False)
    story.boot()
    story.ended("fifth", "unknown")
    story.reverse(5)
    story.sale("sixth", 6)
    return story
