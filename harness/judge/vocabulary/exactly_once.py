"""``exactly_once``: what is begun settles once or not at all, counted per key.

For channels that only a scenario knows; money over the known channels is the invariant of the
same name.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge.vocabulary._matching import kinds_of
from harness.model.pattern import Pattern
from harness.model.trace import Observation

PARTS = ("begin", "settle", "void", "ack")


@dataclass(frozen=True, slots=True)
class ExactlyOnce:
    """Fails at once when a key is settled twice or without a beginning; the rest at rest.

    Attributes:
        begin: A transaction begins; its named groups are the key.
        settle: It takes place.
        ack: Somebody was told that it took place: then it must have, exactly once.
        void: It is undone.
        name: How reports name it.
    """

    begin: Pattern
    settle: Pattern
    ack: Pattern
    void: Pattern | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for part in PARTS:
            pattern = getattr(self, part)
            if pattern is not None and "(?P<" not in pattern.match:
                raise ValueError(f"{part}: a match with a named group is wanted, e.g. (?P<key>...)")

    def watch(self, run: Run) -> Monitor:
        return _ExactlyOnce(self, run)


@dataclass(slots=True)
class _Account:
    seen: dict[str, list[Observation]] = field(default_factory=lambda: {part: [] for part in PARTS})

    def count(self, part: str) -> int:
        return len(self.seen[part])

    @property
    def standing(self) -> int:
        return self.count("settle") - self.count("void")

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(sorted(row.n for rows in self.seen.values() for row in rows))


class _ExactlyOnce(Monitor):
    needs_rest = True

    def __init__(self, word: ExactlyOnce, run: Run) -> None:
        super().__init__(f"exactly_once {word.name}".rstrip(), run)
        self._parts = [(part, getattr(word, part)) for part in PARTS if getattr(word, part)]
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)
        self.kinds = kinds_of(pattern for _, pattern in self._parts)

    def on(self, seen: Observation) -> None:
        for part, pattern in self._parts:
            bound = pattern.matches(seen)
            if bound:
                key = " ".join(f"{name} {value}" for name, value in sorted(bound.items()))
                account = self._accounts[key]
                account.seen[part].append(seen)
                self._check(key, account)

    def _check(self, key: str, account: _Account) -> None:
        if account.standing > 1:
            self.fail(f"{key} took place {account.standing} times", account.lines)
        elif account.count("settle") and not account.count("begin"):
            self.fail(f"{key} took place and was never begun", account.lines)

    def conclude(self) -> None:
        if self.run.rest is None:
            return
        for key, account in self._accounts.items():
            acknowledged = account.count("ack") > 0
            standing = account.standing
            if acknowledged and standing != 1:
                self.fail(f"{key} was acknowledged, but stands {standing} times", account.lines)
            elif not acknowledged and standing > 0:
                self.fail(f"{key} took place, and nobody was told", account.lines)
        begun = sum(1 for account in self._accounts.values() if account.count("begin"))
        if begun:
            self.hold(f"{begun} begun, each settled once or not at all")
        else:
            self.unsure("nothing was ever begun")

    def waiting(self) -> str:
        return "the terminal never came to rest"
