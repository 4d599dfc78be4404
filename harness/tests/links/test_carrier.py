"""The account: charging, its end, warnings, subscription."""

from hypothesis import given
from hypothesis import strategies as st

from harness.links.carrier import Carrier


@given(st.integers(0, 5000), st.lists(st.integers(40, 1400), max_size=20))
def test_no_byte_more_than_the_plan_passes(left: int, sizes: list[int]) -> None:
    """What passed is never more than was left, and after the end nothing passes."""
    carrier = Carrier(left)
    passed = 0
    for size in sizes:
        was_exhausted = carrier.exhausted
        why = carrier.refusal(size)
        assert not (was_exhausted and why == "")
        passed += 0 if why else size

    assert passed <= left


def test_a_packet_that_does_not_fit_ends_the_plan_and_a_top_up_opens_it() -> None:
    """Each step is told once."""
    carrier = Carrier(100)
    told: list[str] = []
    carrier.on_plan.append(lambda: told.append(carrier.state))

    assert carrier.refusal(80) == ""
    assert carrier.refusal(80) == "plan"
    assert carrier.refusal(80) == "plan"
    carrier.top_up(500)
    assert carrier.refusal(80) == ""

    assert told == ["exhausted", "open"]
    assert carrier.left == 420


def test_warnings_come_at_80_and_100_per_cent_once_a_period() -> None:
    """By SMS, with the balance; a top-up begins a new period."""
    carrier = Carrier(1000)
    texts: list[str] = []
    carrier.on_notice.append(texts.append)

    for _ in range(9):
        carrier.refusal(100)
    assert [text[:15] for text in texts] == ["You have used 8"]
    carrier.refusal(200)
    assert [text.split()[3] for text in texts] == ["80", "100"]

    carrier.top_up(1000)
    carrier.set_left(150)
    assert [text.split()[3] for text in texts] == ["80", "100", "80"]


def test_the_balance_says_zero_only_for_nothing() -> None:
    """A small rest is told in kB."""
    carrier = Carrier(5_000_000)
    assert carrier.balance() == "5.00 MB of 5.00 MB left."
    carrier.set_left(2_000)
    assert carrier.balance() == "2.00 kB of 5.00 MB left."
    carrier.set_left(1)
    assert carrier.balance().startswith("0.01 kB")
    carrier.set_left(0)
    assert carrier.balance().startswith("0.00 MB")
    carrier.set_left(None)
    assert "unlimited" in carrier.balance()
    carrier.set_subscription("not_activated")
    assert "not activated" in carrier.balance()


def test_nothing_passes_without_a_subscription() -> None:
    """And nothing is charged."""
    carrier = Carrier(1000, subscription="expired")

    assert carrier.refusal(100) == "expired"
    assert carrier.left == 1000
