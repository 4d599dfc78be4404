"""A scenario file's keys, and whether one point of it makes sense.

``check`` walks the words with the very classes that will play and judge them. They live in rooms
above this one, so they are looked up by name, not imported.
"""

import importlib
import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from harness.model.rig import FACTS
from harness.model.scenario import Scenario
from harness.model.vary import readable
from harness.model.words import Path, WordError, fill, instead

#: Keys of a pattern that name a transaction, and what the engine calls those of its own.
NAMING = ("of", "sale")
PROOF = re.compile(r"proof-\d+")
CLAUSES = ("then", "always", "expect", "never", "sometimes", "exactly_once")


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """One story in given / when / then, of any terminal; no device name, no address.

    Attributes:
        id: The catalogue's id, e.g. Q-2.
        story: What happens, in one or two sentences.
        when: The steps, one after the other.
        covers: Requirement ids of scenarios/requirements.yaml.
        tags: Free words to select by, e.g. short.
        given: Where the story begins.
        then: What the terminal must do, each within its budget.
        always: Invariants over the whole story.
        vary: Names with lists or {from, to, step}, used as $name; or rows of what goes together.
        expect: Rules of the form after / within / see.
        never: What may not be seen, between two observations.
        sometimes: What must have been seen at least once.
        exactly_once: begin / settle / void / ack, matched by key.
        needs: Roles needed beyond those the words need, and facts of the terminal.
        without: Facts of terminals for which this is no story: they do something else then.
    """

    id: str
    story: str
    when: list[Any]
    covers: Sequence[str] = ()
    tags: Sequence[str] = ()
    given: Any = None
    then: Any = None
    always: Sequence[Any] = ()
    vary: Any = None
    expect: Sequence[Any] = ()
    never: Sequence[Any] = ()
    sometimes: Sequence[Any] = ()
    exactly_once: Sequence[Any] = ()
    needs: Sequence[str] = ()
    without: Sequence[str] = ()


#: Keys that travel in ``Scenario.plain``.
PLAYED = (
    "given",
    "when",
    "then",
    "always",
    "expect",
    "never",
    "sometimes",
    "exactly_once",
    "needs",
    "without",
)


_LISTS = (
    "covers", "tags", "always", "expect", "never", "sometimes", "exactly_once", "needs", "without",
)  # fmt: skip


def listed(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The keys with a list where one thing may stand for a list of one."""
    return {
        key: [value]
        if key in _LISTS and value is not None and not isinstance(value, list)
        else value
        for key, value in plain.items()
    }


def item_of(
    plain: Mapping[str, Any], point: Mapping[str, Any], path: str, lines: Mapping[Path, int]
) -> Scenario:
    """One checked point of a file as a scenario."""
    file = pathlib.Path(path)
    return Scenario(
        id=plain["id"],
        name=file.stem + readable(point),
        family=file.resolve().parent.name,
        story=plain["story"],
        covers=tuple(plain.get("covers") or ()),
        tags=tuple(plain.get("tags") or ()),
        path=path,
        varied={name: str(value) for name, value in point.items()},
        plain={key: plain[key] for key in PLAYED if plain.get(key) is not None},
        lines=dict(_named_lines(plain, lines)),
    )


def _named_lines(plain: Mapping[str, Any], lines: Mapping[Path, int]) -> Iterator[tuple[str, int]]:
    for keys, line in lines.items():
        if len(keys) != 2 or keys[0] not in PLAYED:
            continue
        if keys[0] == "when":
            yield str(keys[1]), line
        elif keys[0] == "always":
            word = plain["always"][int(keys[1])]
            yield f"always.{next(iter(word)) if isinstance(word, Mapping) else word}", line
        else:
            yield f"{keys[0]}.{keys[1]}", line


def check(plain: Mapping[str, Any], requirements: Iterable[str]) -> Iterator[WordError]:
    """Everything wrong with one point of a file, by ``path``; nothing when it is well."""
    keys = [row.name for row in fields(ScenarioFile)]
    for key in plain:
        if key not in keys:
            said = f"unknown key {key!r}{instead(key, keys, 'Known here')}"
            yield WordError((key,), said, at_key=True)
    try:
        seen = fill(ScenarioFile, {key: plain[key] for key in plain if key in keys})
    except WordError as error:
        yield error
        return
    if not any(plain.get(key) for key in CLAUSES):
        yield WordError((), f"nothing would be judged; wanted one of: {', '.join(CLAUSES)}")
    if not seen.id.strip() or not seen.story.strip():
        yield WordError(("id" if not seen.id.strip() else "story",), "an empty text says nothing")
    yield from _unknown(seen.covers, list(requirements), "covers", "requirement")
    yield from _unknown(seen.needs, _roles(), "needs", "role")
    yield from _unknown(seen.without, sorted(FACTS), "without", "fact")
    yield from _caught(lambda: fill(_engine("Given"), seen.given, ("given",)))
    yield from _check_steps(seen.when)
    names: list[str] = []
    yield from _check_sales(seen.when, names)
    yield from _check_clauses(plain)
    yield from _check_named(plain, names)


def _unknown(seen: Iterable[str], known: list[str], key: str, kind: str) -> Iterator[WordError]:
    for index, word in enumerate(seen):
        if word not in known:
            yield WordError((key, index), f"no {kind} {word!r}{instead(word, known)}")


def _engine(name: str, module: str = "steps") -> Any:
    return getattr(importlib.import_module(f"harness.engine.{module}"), name)


def _roles() -> list[str]:
    return sorted([*_engine("NAMED", "needs"), *FACTS])


def _caught(act: Any) -> Iterator[WordError]:
    try:
        act()
    except WordError as error:
        yield error


def _check_steps(steps: Sequence[Any]) -> Iterator[WordError]:
    if not steps:
        yield WordError(("when",), "no step; wanted at least one")
    read_step = _engine("read_step")
    labels: list[str] = []
    broken = False
    for index, plain in enumerate(steps):
        try:
            word, step = read_step(plain, ("when", index))
        except WordError as error:
            yield error
            broken = True
            continue
        if word in ("inject", "cut_at"):
            if step.label in labels:
                path: Path = ("when", index, word)
                yield WordError(path, f"a second {step.label!r}; name it with `as: ...`")
            labels.append(step.label)
        elif word == "clear" and step.fault not in labels and not broken:
            others = instead(step.fault, labels or ["nothing"], "Injected")
            said = f"{step.fault!r} was not injected before{others}"
            yield WordError(("when", index, word), said)
        elif word == "clear" and step.fault in labels:
            labels.remove(step.fault)


def _check_sales(steps: Sequence[Any], names: list[str]) -> Iterator[WordError]:
    """No two transactions of one name, and none is referred to before it was made.

    The names are left in ``names``.
    """
    for index, plain in enumerate(steps):
        try:
            word, step = _engine("read_step")(plain)
        except WordError:
            continue  # told by itself
        for key, name in _referred(plain, word, step):
            if name not in names:
                path: Path = ("when", index, word, *key)
                said = f"no transaction {name!r} was made before"
                yield WordError(path, f"{said}{instead(name, names or ['none'], 'Made')}")
        deal = "sale" if word == "sale" else getattr(step, "DEAL", "")
        if deal:
            name = step.name or f"{deal}-{len(names) + 1}"  # as the engine names it
            if name in names:
                path = ("when", index, word, "as")
                yield WordError(path, f"a second sale {name!r}; give it another name")
            names.append(name)


def _referred(plain: Any, word: str, step: Any) -> Iterator[tuple[Path, str]]:
    """(Where, name) of each transaction that a step refers to."""
    own = plain.get(word) if isinstance(plain, Mapping) else None
    inner = own if isinstance(own, Mapping) else {}
    if hasattr(step, "DEAL") and hasattr(step, "of"):
        yield (("of",) if "of" in inner else ()), str(step.of)
    elif word == "await":
        yield from (((key,), inner[key]) for key in NAMING if isinstance(inner.get(key), str))


def _check_named(plain: Mapping[str, Any], names: list[str]) -> Iterator[WordError]:
    """A clause is about a transaction that the story makes, or about the proofs after it."""
    for key in CLAUSES:
        own = ("sale",) if key in ("then", "always") else NAMING
        for path, name in _names_in(plain.get(key), (key,), own):
            if name not in names and not PROOF.fullmatch(name):
                said = f"no transaction {name!r} is made in this story"
                yield WordError(path, f"{said}{instead(name, names or ['none'], 'Made')}")


def _names_in(plain: Any, path: Path, own: Sequence[str]) -> Iterator[tuple[Path, str]]:
    rows: Iterable[tuple[Any, Any]] = ()
    if isinstance(plain, Mapping):
        rows = plain.items()
    elif isinstance(plain, list | tuple):
        rows = enumerate(plain)
    for key, value in rows:
        if key in own and isinstance(value, str):
            yield (*path, key), value
        else:
            yield from _names_in(value, (*path, key), own)


def _check_clauses(plain: Mapping[str, Any]) -> Iterator[WordError]:
    """Each clause by itself, read by the judge, so that every wrong one is told."""
    clauses_of = importlib.import_module("harness.judge.case").clauses_of
    for key in CLAUSES:
        for at, one in _single(plain.get(key)):
            try:
                list(clauses_of({key: one}))
            except WordError as error:
                inner = error.path[len(at) + 1 :]
                yield WordError((key, *at, *inner), error.said, at_key=error.at_key)


def _single(plain: Any) -> Iterator[tuple[Path, Any]]:
    """(Keys that ``one`` goes by instead of its own, one clause or one word alone)."""
    if isinstance(plain, list):
        yield from (((index,), [one]) for index, one in enumerate(plain))
    elif isinstance(plain, Mapping):
        yield from (((word,), {word: own}) for word, own in plain.items())
    elif plain is not None:
        yield (), plain
