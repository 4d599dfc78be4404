"""After the last step: prove the recovery, come to rest, and collect every record there is."""

import contextlib
from typing import TYPE_CHECKING, Any

from harness.engine import lag, met, records, resync, unheard
from harness.engine.given import is_ready, players_of
from harness.engine.needs import card_of, recovery_of
from harness.engine.recorder import Recorder
from harness.errors import BenchError
from harness.model.register import Wish
from harness.model.roles import Terminal
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
    resync.learn(run)
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
    resync.ask(run)
    records.ask(run.rig, recorder)
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
    until = recorder.clock.now() + REST
    if "console" in run.rig.observes():
        _answers_again(run, until)
        return "console" if recorder.until(lambda: is_ready(recorder.trace), until) else ""
    asked = (_says_ready(run, one, until) for one in players_of(run.rig, Terminal))
    return "ecr" if any(asked) else ""


def _says_ready(run: "Run", terminal: Any, until: float) -> bool:
    """Asked until it is: what was the matter is told once even when it is over."""
    clock = run.recorder.clock
    while clock.now() < until:
        with contextlib.suppress(BenchError):
            if terminal.status() == "00":
                return True
        clock.sleep(TRY_AGAIN)
    return False


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
