"""The shared reading of a run: when it was ready, which faults came and went, when it rested."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.judge._books import APPROVED, Books, signs_on
from harness.judge._fetching import OF_DOWNLOADS, Fetching
from harness.judge._monitor import TERMINAL, TERMINAL_CHANNELS
from harness.model.trace import Observation

#: What needs no words for the terminal's log: a register hears it, or it is the log.
NOT_BY_LOG = frozenset({
    "line", "report", "ecr_status", "ecr_result", "terminal_status", "acknowledgement_withheld",
    "totals",
})  # fmt: skip
#: Occasions on which a terminal can tell its register what is the matter, unless it is a success.
ASKED = frozenset({"terminal_status", "sale_ended"})
#: Why nothing is shown by what was not seen then.
BLIND = "the story waited for what the terminal's log has no words for, and did not go on"
#: States in which a terminal that owes may wait for its next transaction.
WAITING = ("ready", "recovering")


def too_late(seen: Observation) -> bool:
    """Whether something that was timed says that it missed its tolerance."""
    late, tolerance = seen.get("late"), seen.get("tolerance")
    return late is not None and tolerance is not None and bool(late > tolerance)


@dataclass(slots=True)
class Injected:
    """One injection of a fault.

    Attributes:
        word: The fault's word.
        label: Its name in the scenario.
        at: The injection.
        effect: The first sign that it took effect.
        cleared: The clearing.
    """

    word: str
    label: str
    at: Observation
    effect: Observation | None = None
    cleared: Observation | None = None


@dataclass(slots=True)
class Run:
    """What all monitors want to know of a run. Fed before they are.

    Attributes:
        spec: The resolved scenario.
        observes: Channels the rig can observe; None when the trace does not say.
        facts: What the rig's file says of its terminal.
        heard: Roles from which anything came.
        told: Kinds for which the words of the terminal's log are known; None where nobody says.
        named: Causes for which the register's protocol has a code; None where nobody says.
        said: Kinds of what the terminal was heard to say.
        blind: The step at which the story waited for what the terminal's log has no words for.
        faults: Injections in order.
        ready: ``given_ready``; nothing before it is judged.
        healing: ``healing``.
        rest: ``at_rest``, None again when something was started after it.
        unrest: Why the terminal did not come to rest, as the engine saw it.
        ended: ``run_ended``.
        lingers: The last sign that a fault still bit long after its clearing.
        signed_on: The first sign of a sign-on, also from before ``ready``.
        state: The terminal's last ``state`` or ``boot``, also from before ``ready``.
        books: Who says what about money.
        fetching: Whether a download is under way.
        lines: Numbers of the lines that were seen: evidence must be among them.
        now: The latest time known.
    """

    spec: Mapping[str, Any]
    observes: frozenset[str] | None = None
    facts: frozenset[str] = frozenset()
    heard: set[str] = field(default_factory=set)
    told: frozenset[str] | None = None
    named: frozenset[str] | None = None
    said: set[str] = field(default_factory=set)
    blind: Observation | None = None
    faults: list[Injected] = field(default_factory=list)
    ready: Observation | None = None
    healing: Observation | None = None
    rest: Observation | None = None
    unrest: str = ""
    ended: Observation | None = None
    lingers: Observation | None = None
    signed_on: Observation | None = None
    state: Observation | None = None
    books: Books = field(default_factory=Books)
    fetching: Fetching = field(default_factory=Fetching)
    lines: set[int] = field(default_factory=set)
    now: float = 0.0

    def readers(self) -> dict[str, Callable[[Observation], None]]:
        """Kind -> who takes it in."""
        return {
            "run_started": self._start, "given_ready": self._get_ready,
            "fault_injected": self._inject, "fault_took_effect": self._take_effect,
            "power_achieved": self._achieve, "fault_cleared": self._clear,
            "healing": self._heal, "at_rest": self._come_to_rest,
            "not_at_rest": self._stay_restless, "run_ended": self._end,
            "state": self._say_state, "boot": self._say_state, "fault_lingers": self._linger,
            "step_started": self._step, "signed_on": self._sign_on, "answered": self._sign_on,
            "answer_received": self._sign_on, **dict.fromkeys(Fetching.KINDS, self.fetching.on),
        }  # fmt: skip

    # --- questions ------------------------------------------------------------------------------

    def fault(self, name: str | None = None) -> Injected | None:
        """The first injection, or the first whose label or word is ``name``."""
        for one in self.faults:
            if name is None or name in (one.label, one.word):
                return one
        return None

    def last_cleared(self) -> Observation | None:
        """The last clearing, or ``healing`` where none was told; None while a fault stands."""
        if any(one.cleared is None for one in self.faults):
            return self.healing
        told = [one.cleared for one in self.faults if one.cleared is not None]
        return max(told, key=lambda seen: seen.n) if told else self.healing

    def hears(self, channel: str) -> bool:
        """Whether this rig observes a channel (or a role of that name)."""
        if self.observes is not None and f"{channel}_results" in self.observes:
            return True
        return self.hears_causes(channel)

    def hears_causes(self, channel: str) -> bool:
        """Whether a cause could be heard there: some registers are told results only."""
        if channel == "display" and not self.tells(channel):
            return False  # nothing reads it, and the log does not repeat it
        if self.observes is not None:
            return channel in self.observes or channel in self.heard
        return channel in self.heard or (channel in TERMINAL_CHANNELS and "terminal" in self.heard)

    def hears_terminal(self) -> bool:
        """Whether anything the terminal says can be heard."""
        if self.observes is not None:
            return any(channel in self.observes for channel in TERMINAL_CHANNELS)
        return "terminal" in self.heard

    def hears_unasked(self) -> bool:
        """Whether a terminal is heard that nobody asks: a register hears what it asks for."""
        return self.hears("console") or self.hears_causes("display")

    def tells(self, kind: str) -> bool:
        """Whether the terminal's silence about this means anything: logs differ in what they say.

        What was heard can be heard, whoever told it.
        """
        if kind in NOT_BY_LOG or kind in self.said:
            return True
        if self.told is None:  # nobody reads a log, or nobody says what it tells
            return self.observes is None or "console" in self.observes
        return kind in self.told

    def can_name(self, channel: str, causes: Iterable[str]) -> bool:
        """Whether these could be told there, whichever it is: a protocol has no word for most.

        And a log may tell what is shown, and nothing else of what is the matter.
        """
        if channel == "display":
            return self.tells(channel)
        if channel == "console":
            return self.told is None or channel in self.told
        return channel != "ecr" or self.named is None or self.named.issuperset(causes)

    def could_tell(self, channel: str, causes: Iterable[str]) -> bool:
        """Whether these could be heard there."""
        return self.hears_causes(channel) and self.can_name(channel, causes)

    def waits_for_a_sale(self) -> bool:
        """Whether it is online and owes, and nobody has asked it for a transaction since.

        Applications clear what they owe at once, or before the next transaction: as they are
        configured (payment rules 5).
        """
        last = self.state
        if last is None or last.get("state") not in WAITING or last.get("online") is not True:
            return False
        since = max((one.started.n for one in self.books.sales.values()), default=0)
        return bool(last.get("pending")) and since < last.n

    # --- reading --------------------------------------------------------------------------------

    def hear(self, seen: Observation) -> None:
        """Take note of who says what; the kinds' own readers come before."""
        self.heard.add(seen.source)
        if seen.source == TERMINAL:
            self.said.add(seen.kind)

    def _start(self, seen: Observation) -> None:
        told = seen.get("observes")
        if isinstance(told, list):
            self.observes = frozenset(map(str, told))
        tells = seen.get("tells")
        if isinstance(tells, list):
            self.told = frozenset(map(str, tells))
            self.books.quiet = APPROVED not in self.told
        names = seen.get("names")
        if isinstance(names, list):
            self.named = frozenset(map(str, names))
        self.facts = frozenset(map(str, seen.get("facts") or ()))

    def _step(self, seen: Observation) -> None:
        """Steps after one that waits for what nobody can tell are not reached."""
        index, steps = seen.get("index"), self.spec.get("when")
        if seen.get("word") != "await" or not isinstance(steps, list) or index is None:
            return
        wanted = steps[index].get("await") if index < len(steps) else None
        kind = wanted.get(TERMINAL) if isinstance(wanted, dict) else None
        if kind is not None and not self.tells(str(kind)):
            self.blind = self.blind or seen
            self.books.stopped = True

    def _get_ready(self, seen: Observation) -> None:
        self.ready = self.ready or seen
        self.books.begin(seen)

    def _inject(self, seen: Observation) -> None:
        word = str(seen.get("fault", ""))
        self.faults.append(Injected(word, str(seen.get("label") or word), seen))
        self.rest = None

    def _named(self, seen: Observation) -> list[Injected]:
        """Injections an observation speaks of, latest first."""
        word, label = seen.get("fault"), seen.get("label")
        return [
            one for one in reversed(self.faults)
            if (label is None or one.label == label) and (word is None or one.word == word)
        ]  # fmt: skip

    def _take_effect(self, seen: Observation) -> None:
        """Only with the line it rests on, which came after the injection, and where it matters."""
        for one in self._named(seen)[:1]:
            line = seen.get("evidence", seen.n)
            beside = one.word in OF_DOWNLOADS and self.fetching.over
            if line in self.lines and line >= one.at.n and not beside:
                one.effect = one.effect or seen

    def _achieve(self, seen: Observation) -> None:
        """What the host timed too late is not what was asked: it had no effect that counts."""
        if too_late(seen):
            for one in self._named(seen)[:1]:
                one.effect = None

    def _clear(self, seen: Observation) -> None:
        standing = [one for one in self._named(seen) if one.cleared is None]
        for one in standing[:1]:
            one.cleared = seen

    def _heal(self, seen: Observation) -> None:
        self.healing = seen

    def _come_to_rest(self, seen: Observation) -> None:
        self.rest, self.unrest = seen, ""

    def _stay_restless(self, seen: Observation) -> None:
        self.rest, self.unrest = None, str(seen.get("why", ""))

    def _linger(self, seen: Observation) -> None:
        """Only with the line it rests on."""
        if seen.get("evidence") in self.lines:
            self.lingers = seen

    def _end(self, seen: Observation) -> None:
        self.ended = seen

    def _sign_on(self, seen: Observation) -> None:
        if signs_on(seen):
            known = self.signed_on
            if known is None or (known.get("stan") is None and seen.get("stan") is not None):
                self.signed_on = seen  # the first, or the first that tells its number

    def _say_state(self, seen: Observation) -> None:
        if seen.source == "terminal":
            self.state = seen
