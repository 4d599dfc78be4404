"""What became of a transaction whose answer was lost: asked of the terminal, never sold again."""

import contextlib
from typing import TYPE_CHECKING

from harness.engine.given import players_of
from harness.engine.sales import OpenSale, told_of
from harness.errors import BenchError
from harness.model.register import AsksByNumber
from harness.model.roles import SaleResult, Terminal

if TYPE_CHECKING:
    from harness.engine.play import Run


def learn(run: "Run") -> None:
    """Before it sells again a register asks what became of a sale whose answer it lost."""
    for sale in run.sales.values():
        with contextlib.suppress(BenchError):  # it is asked again at rest, where it has to answer
            _resolve(run, sale)


def ask(run: "Run") -> None:
    """At rest it has to answer: what it does not say then is the bench's trouble."""
    for sale in run.sales.values():
        try:
            _resolve(run, sale)
        except BenchError as error:
            run.recorder.say("bench_error", role="terminal", message=str(error))


def _resolve(run: "Run", sale: OpenSale) -> None:
    """Ask the terminal what became of a sale whose answer was lost (never sell it again)."""
    if sale.result is None or sale.result.outcome != "unknown":
        return
    names = list(run.sales)
    if any(run.sales[later].result for later in names[names.index(sale.name) + 1 :]):
        return  # its last result is a later sale's by now
    for terminal in players_of(run.rig, Terminal):
        result = terminal.last_result()
        if result is None:
            return
        known = _by_number(terminal) or not _is_another(run, sale, result)
        run.recorder.say(
            "sale_resolved", sale=sale.name, by="resync", stan=result.stan,
            outcome=result.outcome if known else "not_done",
            **(told_of(result) if known else {}),
        )  # fmt: skip


def _by_number(terminal: Terminal) -> bool:
    """Whether it was asked for this very transaction: its answer is believed, as a till would."""
    return isinstance(terminal, AsksByNumber) and bool(terminal.asks_by_number)


def _is_another(run: "Run", sale: OpenSale, result: SaleResult) -> bool:
    """Whether the last transaction that the terminal knows is another one than this."""
    if result.stan is not None:
        return result.stan not in run.recorder.correlation.stans_of(sale.name)
    others = (other.result for other in run.sales.values() if other is not sale)
    known = {_numbers(one) for one in (*run.earlier, *others) if one is not None}
    return any(_numbers(result)) and _numbers(result) in known


def _numbers(result: SaleResult) -> tuple[int | None, int | None]:
    """What a terminal that does not tell the host's number knows a transaction by."""
    return (result.trace, result.receipt)
