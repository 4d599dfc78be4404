"""The words of ``when``: one frozen class each, its fields are the YAML keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from harness.engine.desk import ACTING, DEALING, USUAL_CARD
from harness.model.cut_points import By, PointName, fault_of
from harness.model.pattern import Pattern
from harness.model.trace import Observation
from harness.model.units import Bytes, Money, Seconds
from harness.model.words import Path, WordError, fill, find, instead, value_of

FAULTS = "harness.faults"


#: The card of a sale for which nobody presents one.
NO_CARD = "none"


@dataclass(frozen=True, slots=True)
class Sale:
    """Start a sale on the register and present a card when the terminal asks for it.

    ``card: none``: nobody presents one (the terminal needs none, or has a feeder of its own); only
    such a sale can be made on a rig without a reader.

    The step does not wait for the end; ``await: {engine: sale_ended, sale: <name>}`` does.
    """

    amount: Money
    card: str = USUAL_CARD
    name: str = field(default="", metadata={"key": "as"})


@dataclass(frozen=True, slots=True)
class Await:
    """Wait for an observation, then ``after`` longer: the trigger of the next step.

    Everything since the previous trigger counts. When it does not come ``within`` its time, the
    run is inconclusive, and so it is when the next step starts later than ``tolerance`` after the
    moment that was asked for. A sale that is named ends once: waiting for that, and no ``after``,
    is over at once where it has ended, be it before the previous trigger. So a story that waits for
    the host and then for the end is the same on a register that hears of it early or late.
    Where ``before`` is seen by then, the moment has passed: the run is inconclusive as well.
    """

    pattern: Pattern
    after: Seconds = Seconds(0)
    within: Seconds = Seconds(180)
    tolerance: Seconds = Seconds(0.25)
    before: Pattern | None = None

    def has_passed(self, rows: Iterable[Observation]) -> bool:
        """Whether these show that the moment has passed."""
        return self.before is not None and any(self.before.matches(row) is not None for row in rows)

    @property
    def ends_a_sale(self) -> bool:
        """Whether it waits for the end of one sale, and for no moment after it."""
        one = self.pattern.kind == "sale_ended" and "sale" in self.pattern.fields
        return one and not self.after

    @classmethod
    def read(cls, plain: Any, path: Path = ()) -> Self:
        """``{host: answered, of: first, after: 3 ms, within: 60 s}``, or a bare pattern."""
        own: dict[str, Any] = {}
        rest = plain
        if isinstance(plain, Mapping):
            rest = {key: plain[key] for key in plain if key not in (*_TIMES, "before")}
            own = {
                key: value_of(Seconds, plain[key], (*path, key)) for key in _TIMES if key in plain
            }
            if "before" in plain:
                own["before"] = Pattern.read(plain["before"], (*path, "before"))
        return cls(Pattern.read(rest, path), **own)


_TIMES = ("after", "within", "tolerance")


@dataclass(frozen=True, slots=True)
class Inject:
    """Inject a fault; it is held until ``clear`` or its own ``lasting``.

    ``inject: {power_dip: {to: 40 %, lasting: 300 ms}}``; ``as: name`` beside it gives it a label.
    """

    word: str
    fault: Any
    label: str
    plain: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, plain: Any, path: Path = ()) -> Self:
        """One key, the fault's word; its value are the fault's own keys."""
        if isinstance(plain, str):
            plain = {plain: None}
        if not isinstance(plain, Mapping):
            raise WordError(path, f"{plain!r} seen, wanted {{fault: {{...}}}}")
        words = [str(key) for key in plain if key != "as"]
        if len(words) != 1:
            raise WordError(path, f"one fault is wanted, seen: {', '.join(words) or 'none'}")
        word = words[0]
        try:
            kind = find(FAULTS, word, group=FAULTS)
        except LookupError as error:
            raise WordError(
                (*path, word), f"{error.args[0]} `harness scenarios --faults` lists them",
                at_key=True,
            ) from error  # fmt: skip
        fault = fill(kind, plain[word], (*path, word))
        own = plain[word]
        if own is not None and not isinstance(own, Mapping):  # the one field it may stand for
            own = {kind.SHORT: own} if hasattr(kind, "SHORT") else None
        return cls(word, fault, str(plain.get("as", word)), own)


@dataclass(frozen=True, slots=True)
class CutAt:
    """Cut the newest transaction at a point of the cut-point model: ``cut_at: P4``.

    Waits for the point's sign as ``await`` does, then injects the fault that cuts there, labelled
    as the point. P10 to P13 stand before the step that leads there (``settle``, ``sign_on``, the
    sale whose result is lost) and wait beside what follows. How the transaction must end is judged
    unasked (``ends_as``).

    Attributes:
        point: P0 .. P13 (``harness/model/cut_points.py``).
        after: How long after the sign.
        lasting: How long supply or line are gone.
        by: What is cut: ``power``, ``link`` or ``register``; the point's own when left out.
        within: How long to wait for the sign.
        tolerance: How late the cut may be.
    """

    point: PointName
    after: Seconds = Seconds(0)
    lasting: Seconds = Seconds(1)
    by: By | None = None
    within: Seconds = Seconds(180)
    tolerance: Seconds = Seconds(0.25)
    SHORT: ClassVar[str] = "point"

    @property
    def injection(self) -> Inject:
        """The fault that cuts."""
        return Inject.read(fault_of(self.point, self.by, self.lasting))

    @property
    def label(self) -> str:
        return self.point


@dataclass(frozen=True, slots=True)
class Hold:
    """Let time pass: ``hold: 90 s``."""

    lasting: Seconds
    SHORT: ClassVar[str] = "lasting"


@dataclass(frozen=True, slots=True)
class Clear:
    """End a fault, by its word or label: ``clear: data_exhausted``."""

    fault: str
    SHORT: ClassVar[str] = "fault"


@dataclass(frozen=True, slots=True)
class Update:
    """Offer an update by name and have the terminal look for it: ``update: newer``."""

    image: str = "newer"
    SHORT: ClassVar[str] = "image"


@dataclass(frozen=True, slots=True)
class TopUp:
    """Give the SIM's plan this much data: ``top_up: 10 MiB``."""

    amount: Bytes
    SHORT: ClassVar[str] = "amount"


@dataclass(frozen=True, slots=True)
class SwapSim:
    """Put another SIM in, as a remedy: it stays in to the end. ``swap_sim: "2"``.

    A swap that is a fault is ``inject: {sim_swapped: ...}``.
    """

    slot: str
    SHORT: ClassVar[str] = "slot"


@dataclass(frozen=True, slots=True)
class Given:
    """Where the story begins.

    Attributes:
        terminal: ``ready``: powered, booted, signed on, idle; ``off``: not powered.
        data_left: What the SIM's plan has left; a plan without end when not given.
        delay: One-way delay of the path.
    """

    terminal: str = "ready"
    data_left: Bytes | None = None
    delay: Seconds | None = None

    def __post_init__(self) -> None:
        if self.terminal not in ("ready", "off"):
            raise ValueError(f"terminal: {self.terminal!r} seen, wanted ready or off")


STEPS: dict[str, type] = {
    "sale": Sale,
    "await": Await,
    "inject": Inject,
    "cut_at": CutAt,
    "hold": Hold,
    "clear": Clear,
    "update": Update,
    "top_up": TopUp,
    "swap_sim": SwapSim,
    **DEALING,
    **ACTING,
}


def read_step(plain: Any, path: Path = ()) -> tuple[str, Any]:
    """One line of ``when``: its word and its instance; raises WordError."""
    if not isinstance(plain, Mapping) or len(plain) != 1:
        raise WordError(path, f"{plain!r} seen, wanted one step: {', '.join(STEPS)}")
    word, own = next(iter(plain.items()))
    if word not in STEPS:
        raise WordError(
            (*path, word),
            f"no step {word!r}{instead(str(word), STEPS)}",
            at_key=True,
        )
    return str(word), fill(STEPS[word], own, (*path, word))
