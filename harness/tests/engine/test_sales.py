"""A cardholder who does what the terminal asks, whoever of its channels is the quicker."""

import io
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.engine.recorder import Recorder
from harness.engine.sales import OpenSale
from harness.model.register import Wish
from harness.model.roles import SaleResult
from harness.model.units import Money
from harness.tests.engine.test_recorder import Undecided

#: What a terminal asks for, by which channel, in the order in which it is seen.
FIRST = {
    "register": ["ecr_status", "prompt"], "display": ["prompt", "ecr_status"],
    "display alone": ["prompt"], "register alone": ["ecr_status"],
}  # fmt: skip


class Stripe:
    """Counts its swipes; each takes a moment."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.swipes = 0

    def cards(self) -> tuple[str, ...]:
        """One card."""
        return ("stripe",)

    def swipe(self, card: str) -> None:
        """What else happens, happens meanwhile."""
        self.swipes += 1
        self.clock.sleep(0.1)

    def spoil(self, how: str = "", **more: Any) -> None:
        """Not asked for here."""


@pytest.mark.parametrize("first", FIRST)
def test_a_stripe_is_swiped_again_when_it_is_asked_for_again(first: str) -> None:
    """The same prompt by two channels is one prompt, not a hope that is over."""
    clock = CooperativeClock()
    ours = Recorder(clock, io.StringIO(), Undecided())
    stripe = Stripe(clock)

    class Terminal:
        def sell(self, amount: Money) -> SaleResult:
            for asks, swiped in (("insert", 1), ("again", 2)):
                for kind in FIRST[first]:
                    ours.take("terminal", kind, clock.now(), {"asks": asks})
                    clock.sleep(0.01)
                ours.until(lambda n=swiped: stripe.swipes >= n, clock.now() + 30.0)  # type: ignore[misc]
                clock.sleep(1.0)
            return SaleResult("approved" if stripe.swipes == 2 else "failed")

    def story() -> SaleResult | None:
        wish = Wish("sale", Money(1000))
        sale = OpenSale(ours, Terminal(), [stripe], name="first", wish=wish, card="stripe")
        sale.wait(clock.now() + 100.0)
        return sale.result

    assert clock.run(story) == SaleResult("approved")
