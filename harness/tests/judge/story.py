"""Traces as one would tell them: a good run in a few words, and ways to spoil it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from harness.judge.case import Case, judge_trace
from harness.model.trace import Observation, Trace
from harness.model.verdict import ClauseVerdict, Outcome, Verdict

CHANNELS = ("display", "ecr", "console", "host", "journal")
PAN = "999999******0014"
TID = "HIL00001"


@dataclass
class Row:
    """One line to be: everything but its number."""

    t: float
    source: str
    kind: str
    fields: dict[str, Any]


@dataclass
class Story:
    """Tells a run line by line. Time moves by ``after`` or by 0.1 s a line.

    Attributes:
        spec: The scenario as ``run_started`` carries it.
        observes: Channels of the rig.
        tells: Kinds that the words of the terminal's log have; None: nobody says.
        names: Causes that its register's protocol has a code for; None: nobody says.
        rows: The lines so far.
        now: The time of the next line.
        batch: The open batch.
    """

    spec: Mapping[str, Any] = field(default_factory=dict)
    observes: Sequence[str] = CHANNELS
    tells: list[str] | None = None
    names: list[str] | None = None
    rows: list[Row] = field(default_factory=list)
    now: float = 0.0
    batch: int = 1
    ledger: dict[int, dict[str, Any]] = field(default_factory=dict)
    journal: dict[int, dict[str, Any]] = field(default_factory=dict)

    # --- lines ----------------------------------------------------------------------------------

    def say(self, source: str, kind: str, /, **fields: Any) -> Row:
        row = Row(self.now, source, kind, fields)
        self.rows.append(row)
        self.now = round(self.now + 0.1, 6)
        return row

    def engine(self, kind: str, /, **fields: Any) -> Row:
        return self.say("engine", kind, **fields)

    def terminal(self, kind: str, /, **fields: Any) -> Row:
        return self.say("terminal", kind, **fields)

    def host(self, kind: str, /, **fields: Any) -> Row:
        return self.say("host", kind, **fields)

    def after(self, seconds: float) -> Self:
        self.now = round(self.now + seconds, 6)
        return self

    def at(self, t: float) -> Self:
        self.now = t
        return self

    # --- a run ----------------------------------------------------------------------------------

    def begin(self) -> Self:
        facts = {
            "observes": list(self.observes),
            "tells": self.tells,
            "names": self.names,
            "seed": 1,
        }
        self.engine("run_started", spec=dict(self.spec), **facts)
        self.terminal("boot", version="2.0.0", slot="A", reason="power")
        self.terminal("state", state="ready", pending=0, online=True)
        self.engine("given_ready")
        return self

    def inject(self, word: str = "data_exhausted", *, effect: bool = True) -> Row:
        row = self.engine("fault_injected", fault=word, label=word)
        if effect:
            self.engine("fault_took_effect", fault=word, label=word, evidence=len(self.rows))
        return row

    def clear(self, word: str = "data_exhausted") -> Row:
        return self.engine("fault_cleared", fault=word, label=word)

    def end(self, *, rest: bool = True, reason: str = "rest", heal: bool = True) -> Self:
        if heal:
            self.engine("healing")
        self.tell_records()
        if rest:
            self.engine("at_rest", confirmed="console")
        else:
            self.engine("not_at_rest", why="the terminal is busy")
        self.engine("run_ended", reason=reason)
        return self

    def tell_records(self) -> None:
        for stan, row in self.journal.items():
            self.terminal("journal_entry", stan=stan, **row)
        self.terminal("journal_end", entries=len(self.journal), damaged=0)
        for stan, row in self.ledger.items():
            self.host("ledger_entry", tid=TID, stan=stan, **row)
        self.host("ledger_end", entries=len(self.ledger))

    # --- sales ----------------------------------------------------------------------------------

    def facts(self, amount: int) -> dict[str, Any]:
        return {"amount": amount, "pan": PAN}

    def start(self, name: str, amount: int | None = 1234, **more: Any) -> None:
        self.engine("sale_started", sale=name, amount=amount, currency="CNY", card="chip", **more)

    def request(
        self, name: str, stan: int, amount: int = 1234, *, status: str = "approved"
    ) -> None:
        """The reversal saved, the request sent and booked by the host."""
        self.terminal("reversal_saved", stan=stan, of=name)
        self.terminal("request_sent", mti="0200", stan=stan, of=name)
        self.host("request_received", mti="0200", stan=stan, batch=self.batch, tid=TID,
                  processing="000000", of=name, **self.facts(amount))  # fmt: skip
        self.ledger[stan] = {"batch": self.batch, "status": status, **self.facts(amount)}

    def answer(self, stan: int, response: str = "00", *, arrives: bool = True) -> None:
        self.host("answered", mti="0210", stan=stan, response=response)
        if arrives:
            self.terminal("answer_received", mti="0210", stan=stan, response=response)

    def book(self, stan: int, amount: int = 1234) -> None:
        self.terminal("approved", stan=stan, **self.facts(amount))
        self.journal[stan] = {"batch": self.batch, "outcome": "approved", **self.facts(amount)}

    def receipt(self, stan: int, amount: int = 1234, **more: Any) -> Row:
        row = {"outcome": "approved", "copy": False, **self.facts(amount), **more}
        return self.terminal("printed", stan=stan, **row)

    def ended(self, name: str, outcome: str, **more: Any) -> Row:
        return self.engine("sale_ended", sale=name, outcome=outcome, **more)

    def sale(self, name: str, stan: int, amount: int = 1234, **more: Any) -> Self:
        """A sale as it should be."""
        self.start(name, amount, **more)
        self.request(name, stan, amount)
        self.answer(stan)
        self.book(stan, amount)
        self.receipt(stan, amount)
        self.ended(name, "approved", stan=stan)
        return self

    def declined(self, name: str, stan: int, code: str = "51") -> Self:
        """A sale that the issuer declines."""
        self.start(name)
        self.request(name, stan, status="declined")
        self.answer(stan, code)
        self.terminal("declined", stan=stan, **self.facts(1234))
        self.terminal("report", on="ecr", cause="card_declined")
        self.journal[stan] = {"batch": self.batch, "outcome": "declined", **self.facts(1234)}
        self.ended(name, "declined", cause="card_declined", stan=stan)
        return self

    def unanswered(self, name: str, stan: int, amount: int = 1234) -> Self:
        """A sale whose answer is lost; its reversal is owed."""
        self.start(name, amount)
        self.terminal("ecr_status", code="0E", text="please wait", of=name)
        self.request(name, stan, amount)
        self.answer(stan, arrives=False)
        self.terminal("not_done", stan=stan, owed=True, **self.facts(amount))
        self.ended(name, "failed", cause="host_silent", stan=stan)
        return self

    def reverse(self, stan: int, amount: int = 1234, **more: Any) -> Self:
        """The reversal of a sale, accepted."""
        self.terminal("reversal_sent", stan=stan)
        row = {"stan": stan, "batch": self.batch, "tid": TID, "reason": "98", **self.facts(amount)}
        self.host("request_received", mti="0400", **{**row, **more})
        known = stan in self.ledger
        self.host("answered", mti="0410", stan=stan, response="00" if known else "25")
        self.terminal("reversal_done", stan=stan)
        if known:
            self.ledger[stan]["status"] = "reversed"
        self.journal[stan] = {"batch": self.batch, "outcome": "reversed", **self.facts(amount)}
        return self

    def boot(self, version: str = "2.0.0", reason: str = "power", *, pending: int = 0) -> Self:
        self.terminal("boot", version=version, slot="A", reason=reason)
        self.terminal("state", state="recovering", pending=pending)
        self.terminal("state", state="ready", pending=pending, online=True)
        return self

    # --- judging --------------------------------------------------------------------------------

    def drop(self, wanted: Callable[[Row], bool]) -> Self:
        """Without the wanted rows, as if they had never been; evidence keeps to its line."""
        kept = [(n, row) for n, row in enumerate(self.rows, start=1) if not wanted(row)]
        new = {old: n for n, (old, _) in enumerate(kept, start=1)}
        self.rows = [row for _, row in kept]
        for row in self.rows:
            if "evidence" in row.fields:
                row.fields["evidence"] = new.get(row.fields["evidence"], 0)
        return self

    def trace(self) -> Trace:
        return Trace(
            Observation(n, row.t, row.source, row.kind, row.fields)
            for n, row in enumerate(self.rows, start=1)
        )

    def verdict(self) -> Verdict:
        return judge_trace(self.trace())

    def clause(self, name: str = "") -> ClauseVerdict:
        """The clause whose name begins so; the first one that is not ``staged``."""
        return _named(self.verdict(), name)

    def case(self) -> Case:
        """The case as it stands while the run goes on."""
        case = Case.of(self.spec)
        for seen in self.trace():
            case.on(seen)
        return case

    def live(self, name: str = "") -> ClauseVerdict:
        """The clause as it stands while the run goes on."""
        return _named(self.case().verdict(), name)


def _named(verdict: Verdict, name: str) -> ClauseVerdict:
    return next(
        row for row in verdict.clauses
        if row.clause.startswith(name) and (name or row.clause != "staged")
    )  # fmt: skip


def always(*words: str | Mapping[str, Any], **more: Any) -> Story:
    """A story under these invariants, begun."""
    return Story({"always": list(words), **more}).begin()


def then(**more: Any) -> Story:
    """A story with these clauses, begun, with a fault in its script."""
    return Story({"then": more, "when": [{"inject": {"data_exhausted": None}}]}).begin()


#: What a test wants of a clause: ``passes``, ``fails``, ``unsure``.
Fits = Callable[[ClauseVerdict], bool]


def passes(clause: ClauseVerdict) -> bool:
    """It held."""
    return clause.outcome is Outcome.PASS


def fails(clause: ClauseVerdict) -> bool:
    """The terminal broke it."""
    return clause.outcome is Outcome.FAIL


def unsure(clause: ClauseVerdict) -> bool:
    """Nobody can say."""
    return clause.outcome is Outcome.INCONCLUSIVE


def is_kind(*kinds: str) -> Callable[[Row], bool]:
    """Rows of these kinds."""
    return lambda row: row.kind in kinds
