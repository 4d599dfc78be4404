"""After the last step: prove the recovery, come to rest, and collect every record there is."""

import contextlib
from typing import TYPE_CHECKING, Any

from harness.engine import lag, met, unheard
from harness.engine.given import is_ready, players_of
from harness.engine.needs import card_of, recovery_of
from harness.engine.recorder import Recorder
from harness.engine.sales import OpenSale, told_of
from harness.engine.steps import Given
from harness.errors import BenchError, NotSupported, PortLost
from harness.model.register import Wish
from harness.model.roles import Console, Host, SaleResult, Terminal
from harness.model.units import Money, Seconds
from harness.model.words import value_of

if TYPE_CHECKING:
    from harness.engine.play import Run

#: The sale that proves a recovery; no round sum, so that nobody gets it right by rounding.
PROOF = Money(137)
#: Between two attempts of it, s.
TRY_AGAIN = 5.0
#: A sale that has no answer by then is given up, s (ZVT T4 is 180 s).
OPEN_SALE = 400.0
#: How long the terminal may take to come to rest when nothing else is said, s.
REST = 180.0
#: Stamps may be older than the moment they are handed over; under a real clock by this much, s.
GRACE = 0.25
#: How long the terminal is left alone then: what it still shows after that, it means, s.
QUIET = 10.0
#: How long an update that goes on by itself may keep it from rest, s, and its signs.
UPDATE = 900.0
UPDATING = ("updating", "booting")
#: How long a device may take to tell its records, s.
RECORDS = 30.0
#: What only a console tells, and what others hear of a terminal at work; a console tells of that
#: as well, this much later at most, s.
BY_CONSOLE = frozenset({"state", "light", "health", "bars", "request_sent", "answer_received"})
AT_WORK, MEANWHILE = ("request_received", "ecr_status", "ecr_result"), 2.0


def recover(run: "Run") -> None:
    """Wait for the state ``recovers`` names and make the sale that proves it, within its budget."""
    _await_open_sales(run)
    plain = recovery_of(run.scenario)
    if plain is None:
        return
    budget = value_of(Seconds, plain["within"], ("then", "recovers", "within"))
    clock, recorder = run.recorder.clock, run.recorder
    until = clock.now() + budget
    wanted = str(plain.get("to", "ready"))

    def there() -> bool:
        last = recorder.trace.last("state")
        return bool(last and last["state"] == wanted)

    _answers_again(run, until)
    observed = "console" in run.rig.observes()
    sells = plain.get("proven_by") == "sale"
    if observed:  # a log may have lost the line: then selling is the better question
        recorder.until(there, clock.now() + budget / 2 if sells else until)
    if not sells:
        return
    _learn(run)
    proof = Wish("sale", Money(PROOF.minor, _currency(run)))
    attempt = 0
    while clock.now() < until:
        attempt += 1
        sale = run.start_sale(f"proof-{attempt}", proof, card_of(run.scenario), proof=True)
        sale.wait(clock.now() + OPEN_SALE)
        if sale.result is not None and sale.result.outcome == "approved":
            return
        clock.sleep(TRY_AGAIN)
        if observed:
            recorder.until(there, until)


def _answers_again(run: "Run", until: float) -> None:
    """Have the terminal answer a status enquiry: its last words may be from before it died."""
    clock = run.recorder.clock
    for terminal in players_of(run.rig, Terminal):
        while clock.now() < until:
            try:
                terminal.status()
            except BenchError:
                clock.sleep(1.0)
            else:
                return


def _learn(run: "Run") -> None:
    """Before it sells again a register asks what became of a sale whose answer it lost."""
    for sale in run.sales.values():
        with contextlib.suppress(BenchError):  # it is asked again at rest, where it has to answer
            _resolve(run, sale)


def _currency(run: "Run") -> str:
    for plain in run.scenario.plain.get("when") or ():
        if "sale" in plain:
            amount: Money = value_of(Money, plain["sale"]["amount"], ("when", "sale", "amount"))
            return amount.currency
    return PROOF.currency


def _await_open_sales(run: "Run") -> None:
    until = run.recorder.clock.now() + OPEN_SALE
    for sale in run.sales.values():
        sale.wait(until)


def come_to_rest(run: "Run") -> None:
    """Idle, nothing pending, nothing open; then every ledger, journal and unknown result."""
    recorder = run.recorder
    _await_open_sales(run)
    still_open = [sale.name for sale in run.sales.values() if not sale.done]
    resting = _is_at_rest(run)
    if still_open:
        recorder.say("not_at_rest", why=f"no answer yet to {', '.join(still_open)}")
    elif not resting:
        last = recorder.trace.last("state")
        seen = f"{last['state']}, {last.get('pending', 0)} pending" if last else "unknown"
        recorder.say("not_at_rest", why=f"the terminal is {seen} after {REST:g} s")
    if resting:
        _leave_alone(recorder)
        _answers_again(run, recorder.clock.now() + QUIET)
    _collect(run)
    if resting and not still_open:
        recorder.say("at_rest", confirmed=resting)
    _let_deadlines_pass(recorder)
    lag.look(recorder)
    met.look(recorder)
    unheard.look(recorder)


def _leave_alone(recorder: Recorder) -> None:
    """Wait for what it does by itself: an update that it takes up again, a look at its first host.

    Its display follows what it does by some seconds, so the quiet begins anew with each of them;
    who never keeps still is read as he is.
    """
    clock = recorder.clock
    until, calm_by = clock.now() + UPDATE, clock.now() + REST
    clock.sleep(QUIET)
    while (last := recorder.trace.last("state")) is not None:
        if last["state"] in UPDATING and clock.now() < until:
            recorder.until(lambda: is_ready(recorder.trace), until)
            calm_by = clock.now() + REST
        elif clock.now() < min(last.t + QUIET, calm_by):
            clock.sleep(min(last.t + QUIET, calm_by) - clock.now())
        else:
            return


def _is_at_rest(run: "Run") -> str:
    """By which channel the terminal says it rests, ``""`` if it does not."""
    recorder = run.recorder
    if "console" in run.rig.observes():
        until = recorder.clock.now() + REST
        _answers_again(run, until)
        return "console" if recorder.until(lambda: is_ready(recorder.trace), until) else ""
    until = recorder.clock.now() + REST
    return (
        "ecr" if any(_says_ready(run, one, until) for one in players_of(run.rig, Terminal)) else ""
    )


def _says_ready(run: "Run", terminal: Any, until: float) -> bool:
    """Asked until it is: what was the matter is told once even when it is over."""
    clock = run.recorder.clock
    while clock.now() < until:
        with contextlib.suppress(BenchError):
            if terminal.status() == "00":
                return True
        clock.sleep(TRY_AGAIN)
    return False


def _collect(run: "Run") -> None:
    for sale in run.sales.values():
        try:
            _resolve(run, sale)
        except BenchError as error:
            run.recorder.say("bench_error", role="terminal", message=str(error))
    _ask_records(run.rig, run.recorder)


def _resolve(run: "Run", sale: OpenSale) -> None:
    """Ask the terminal what became of a sale whose answer was lost (never sell it again)."""
    if sale.result is None or sale.result.outcome != "unknown":
        return
    later = [other for other in run.sales.values() if other is not sale and other.result]
    if any(list(run.sales).index(other.name) > list(run.sales).index(sale.name) for other in later):
        return  # its last result is a later sale's by now
    for terminal in players_of(run.rig, Terminal):
        result = terminal.last_result()
        if result is None:
            return
        known = not _is_another(run, sale, result)
        run.recorder.say(
            "sale_resolved", sale=sale.name, by="resync", stan=result.stan,
            outcome=result.outcome if known else "not_done",
            **(told_of(result) if known else {}),
        )  # fmt: skip


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


def look_back(given: Given, rig: Any, recorder: Recorder) -> list[SaleResult]:
    """What a real terminal and its host have on record from earlier days, before a story begins.

    Returns the terminal's last transaction. Simulated ones in virtual time are new each time.
    """
    if recorder.clock.virtual or given.terminal == "off":
        return []
    _ask_records(rig, recorder)
    earlier = []
    for terminal in players_of(rig, Terminal):
        with contextlib.suppress(BenchError, NotSupported):
            earlier.append(terminal.last_result())
    return [one for one in earlier if one is not None]


def _ask_records(rig: Any, recorder: Recorder) -> None:
    _ask(rig, recorder, Console, "ask_journal", "journal_end")
    _ask(rig, recorder, Host, "ask_ledger", "ledger_end")


def _ask(rig: Any, recorder: Recorder, role: type, question: str, end: str) -> None:
    before = len(recorder.trace.of(end))
    for player in players_of(rig, role):
        patience = RECORDS
        try:
            getattr(player, question)()
        except NotSupported:
            return
        except PortLost:
            if role is not Console:  # that of a host is the bench's, and was told
                raise
            patience = 0.0
        until = recorder.clock.now() + patience
        if not recorder.until(lambda: len(recorder.trace.of(end)) > before, until):
            recorder.say("records_missing", of=end, waited=patience)
            (_blame_host if role is Host else _blame_console)(recorder)
        return


def _blame_host(recorder: Recorder) -> None:
    """A host without its ledger is broken, and has been since its last answer, who knows."""
    last = recorder.trace.last("answered")
    recorder.say(
        "bench_error", role="host", since=last.t if last else 0.0,
        message=f"it was asked for its ledger and does not tell it within {RECORDS:g} s; does its "
        "process still work, and is there room for its books?",
    )  # fmt: skip


def _blame_console(recorder: Recorder) -> None:
    """Its terminal's silence is the terminal's; but not where others heard it at work meanwhile."""
    since = max((seen.t for seen in recorder.trace if seen.kind in BY_CONSOLE), default=0.0)
    heard = [
        one
        for one in recorder.trace.of(*AT_WORK)
        if one.t > since + MEANWHILE and one.get("code") != ""  # that is a line without an answer
    ]
    if heard:
        recorder.say(
            "bench_error", role="console", since=since,
            message=f"nothing that can be read since {since:.1f} s, while the terminal was heard "
            f"at work ({heard[0].source}: {heard[0].kind} at {heard[0].t:.1f} s); is its line "
            "plugged in, and is its speed right?",
        )  # fmt: skip


def _let_deadlines_pass(recorder: Recorder) -> None:
    """A clause whose budget still runs gets the rest of it; none needs more than its own budget."""
    decision = recorder.decision
    grace = 0.001 if recorder.clock.virtual else GRACE
    while not decision.decided:
        deadline = decision.deadline()
        if deadline is None:
            return
        now = recorder.clock.now()
        if deadline >= now:
            recorder.until(lambda: decision.decided, deadline + grace)
        decision.at(recorder.clock.now())
        if decision.deadline() == deadline:
            return
