"""The clauses of a plain scenario: those it asks for, and those of every story."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from harness.judge._monitor import Clause
from harness.judge._staged import point_of
from harness.judge.ends_as import EndsAs
from harness.judge.vocabulary import VOCABULARY
from harness.model.cut_points import CUT_POINTS, PointName
from harness.model.words import Path, WordError, fill, find

THEN = "harness.judge"
ALWAYS = "harness.judge.invariants"
THIRD_PARTIES = "harness.judges"
#: Steps that begin a transaction -> the deal by which one without a name is called.
DEALS = {
    "sale": "sale", "void": "void", "refund": "refund", "preauth": "preauth",
    "complete": "completion", "release": "preauth_void", "balance": "balance",
}  # fmt: skip
#: Invariants of every story, asked for or not: 1 to 3 (requirements, section 3) and those of
#: safety, 4, 8, 12 and 19 (payment rules, section 10), and 23: what was tampered with is
#: dead. Unasked, one without evidence says nothing.
UNASKED = (
    "exactly_once", "booked_as_asked", "no_orphan_charge", "declined_costs_nothing",
    "reversal_before_next_sale", "stan_never_reused", "answers_must_match", "no_clear_card_number",
    "no_tamper",
)  # fmt: skip


def clauses_of(spec: Mapping[str, Any]) -> Iterator[tuple[Path, Clause]]:
    """Every clause of a plain scenario with its path; raises WordError for one that is wrong."""
    for path, word, plain in _worded(spec.get("then"), ("then",)):
        clause = _clause(THEN, word, plain, path, group=THIRD_PARTIES)
        several = getattr(clause, "clauses", None)  # each budget of its own
        yield from ((path, one) for one in (several() if several is not None else (clause,)))
    yield from _always(spec)
    yield from _cuts(spec)
    for word, kind in VOCABULARY.items():
        for path, plain in _rows(spec.get(word), (word,)):
            yield path, fill(kind, plain, path)


def _cuts(spec: Mapping[str, Any]) -> Iterator[tuple[Path, Clause]]:
    """Each ``cut_at`` demands the end state of its point, of the transaction that it cuts."""
    rows = [
        next(iter(step.items())) if isinstance(step, Mapping) and step else ("", None)
        for step in spec.get("when") or ()
    ]
    names = list(_names(rows))
    for index, (word, own) in enumerate(rows):
        point = point_of({word: own})
        if point:
            known = CUT_POINTS.get(cast("PointName", point))
            at = names[index:] if known is not None and known.ahead else names[index::-1]
            sale = "" if known is not None and not known.of_sale else next(filter(None, at), "")
            yield ("when", index), fill(EndsAs, {"point": point, "sale": sale}, ("when", index))


def _names(rows: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """The name of the transaction that each step begins, ``""`` where it begins none."""
    count = 0
    for word, own in rows:
        count += word in DEALS
        named = own.get("as") if isinstance(own, Mapping) else None
        yield str(named or f"{DEALS[word]}-{count}") if word in DEALS else ""


def numbers_of(clause: str) -> frozenset[int]:
    """Which of the 24 invariants a clause is, by its name in a verdict; none for most."""
    word = clause.partition(" ")[0]
    for package in (ALWAYS, THEN):
        try:
            kind = find(package, word, group=THIRD_PARTIES if package == THEN else "")
        except LookupError:
            continue
        return frozenset(getattr(kind, "NUMBERS", ()))
    return frozenset()


def unasked() -> list[Clause]:
    """The invariants of every story."""
    return [_clause(ALWAYS, word, None, ("always",)) for word in UNASKED]


def _always(spec: Mapping[str, Any]) -> Iterator[tuple[Path, Clause]]:
    """Invariants; a word that stands for several is all of those that are not named themselves."""
    rows = list(_worded(spec.get("always"), ("always",)))
    named = {word for _, word, _ in rows}
    for path, word, plain in rows:
        clause = _clause(ALWAYS, word, plain, path)
        several = getattr(clause, "STANDS_FOR", ())
        if not several:
            yield path, clause
        for inner in several:
            if inner not in named:
                named.add(inner)
                yield path, _clause(ALWAYS, inner, None, path)


def _clause(package: str, word: str, plain: Any, path: Path, *, group: str = "") -> Clause:
    try:
        kind = find(package, word, group=group)
    except LookupError as error:
        raise WordError(path, str(error.args[0]), at_key=True) from error
    clause: Clause = fill(kind, plain, path)
    return clause


def _rows(plain: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(plain, list | tuple):
        yield from (((*path, index), one) for index, one in enumerate(plain))
    elif plain is not None:
        yield path, plain


def _worded(plain: Any, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Words with their values: a mapping, or a list of words and one-word mappings."""
    for place, one in _rows(plain, path):
        if isinstance(one, str):
            yield place, one, None
        elif isinstance(one, Mapping):
            for word, value in one.items():
                for inner, row in _rows(value, (*place, word)) if value is not None else ():
                    yield inner, str(word), row
                if value is None:
                    yield (*place, word), str(word), None
        else:
            raise WordError(place, f"{one!r} seen, wanted a word")
