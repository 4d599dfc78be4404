"""``next_card_fresh``: a log that is behind tells of the first card in the second sale."""

import pytest

from harness.tests.judge.story import always, fails, passes

WORD = "next_card_fresh"


@pytest.mark.parametrize("presented", [False, True])
@pytest.mark.parametrize(("late", "mode", "held"), [
    (0.3, "052", True), (0.3, "022", False), (2.5, "052", False),
])  # fmt: skip
def test_the_first_reading_of_all_may_be_told_in_the_next_sale(
    late: float, mode: str, held: bool, presented: bool
) -> None:
    """It is of the sale before as long as a log may be behind, and no way of entry of this one."""
    tale = always(WORD)
    tale.start("first")
    tale.say("reader", "card_swiped", card="stripe")
    facts = {"batch": 1, "amount": 1, "processing": "000000"}
    first = {"stan": 2, "mode": "022", "pan": "999999***0022"}
    tale.host("request_received", mti="0200", of="first", **facts, **first)
    sent = tale.now
    tale.start("second")
    if presented:
        tale.say("reader", "card_inserted", card="chip")
    tale.at(sent + late).terminal("card_read", entry="stripe", pan="999999***0022")
    if not presented:
        tale.say("reader", "card_inserted", card="chip")
    second = {"stan": 3, "mode": mode, "pan": "999999***0014"}
    tale.host("request_received", mti="0200", of="second", **facts, **second)
    tale.terminal("card_read", entry="chip", pan="999999***0014")

    assert (passes if held else fails)(tale.end().clause(WORD))
