"""What became of a sale whose answer was lost: by the last transaction that the terminal knows."""

from types import SimpleNamespace
from typing import Any

import pytest

from harness.clock import CooperativeClock, ThreadClock
from harness.engine import records, resync
from harness.engine.recorder import Recorder
from harness.engine.steps import Given
from harness.engine.undecided import Undecided
from harness.model.roles import SaleResult

LOST = SaleResult("unknown")


class Terminal:
    """Knows one transaction, by a number of its own or not."""

    def __init__(self, last: SaleResult | None, *, counts_itself: bool = True) -> None:
        self.last = last
        self.counts_itself = counts_itself
        self.asked = 0

    def last_result(self) -> SaleResult | None:
        """What it was made with."""
        self.asked += 1
        return self.last

    def __getattr__(self, name: str) -> Any:
        if name in ("sign_on", "sell", "abort", "status"):
            return lambda *_: None
        raise AttributeError(name)


class Sink:
    """Nowhere."""

    def write(self, _: str) -> None: ...
    def flush(self) -> None: ...


def recorder(clock: Any) -> Recorder:
    """One that keeps the trace alone."""
    return Recorder(clock, Sink(), Undecided())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stan", "trace", "receipt", "outcome"),
    [
        (8, None, None, "approved"),  # the host's number, and this sale's
        (7, None, None, "not_done"),
        (None, 12, 5, "approved"),  # another than those that are known
        (None, 11, 4, "not_done"),  # that of the sale before
        (None, 10, 3, "not_done"),  # that of before the story
        (None, None, None, "approved"),  # nothing tells it from others
    ],
)
def test_the_last_transaction_may_be_another_than_the_lost_one(
    stan: int | None, trace: int | None, receipt: int | None, outcome: str
) -> None:
    """Known by the host's number, or by being none of those that are known already."""
    terminal = Terminal(SaleResult("approved", stan=stan, trace=trace, receipt=receipt))
    own = recorder(CooperativeClock())
    own.correlation.opened("second")
    own.correlation.sale_of("host", "request_received", {"stan": 8})
    first = SimpleNamespace(name="first", result=SaleResult("approved", trace=11, receipt=4))
    second = SimpleNamespace(name="second", result=LOST)
    run = SimpleNamespace(
        rig=SimpleNamespace(players={"terminal": terminal}), recorder=own,
        sales={"first": first, "second": second},
        earlier=[SaleResult("approved", trace=10, receipt=3)],
    )  # fmt: skip

    resync.ask(run)  # type: ignore[arg-type]

    (told,) = own.trace.of("sale_resolved")
    assert told["outcome"] == outcome


@pytest.mark.parametrize(("by_number", "outcome"), [(True, "approved"), (False, "not_done")])
def test_who_is_asked_by_a_number_answers_for_it(*, by_number: bool, outcome: str) -> None:
    """A till believes it, whatever it names: another transaction's answer is the terminal's."""
    terminal = Terminal(SaleResult("approved", stan=7))
    terminal.asks_by_number = by_number  # type: ignore[attr-defined]
    own = recorder(CooperativeClock())
    sales = {"first": SimpleNamespace(name="first", result=LOST)}
    rig = SimpleNamespace(players={"terminal": terminal})

    resync.ask(SimpleNamespace(rig=rig, recorder=own, sales=sales, earlier=[]))  # type: ignore[arg-type]

    (told,) = own.trace.of("sale_resolved")
    assert told["outcome"] == outcome


@pytest.mark.parametrize(
    ("virtual", "counts_itself", "asked"),
    [(False, True, 1), (False, False, 0), (True, True, 0)],
)
def test_only_a_terminal_with_numbers_of_its_own_is_asked_beforehand(
    *, virtual: bool, counts_itself: bool, asked: int
) -> None:
    """The host's numbers need no looking back, and a simulated terminal is new."""
    terminal = Terminal(SaleResult("approved", trace=10), counts_itself=counts_itself)
    rig = SimpleNamespace(players={"terminal": terminal})
    clock = CooperativeClock() if virtual else ThreadClock()

    found = records.look_back(Given(), rig, recorder(clock))

    assert terminal.asked == len(found) == asked
