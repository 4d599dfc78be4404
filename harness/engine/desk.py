"""Steps that a register, or hands on the terminal, carry out: words, and how they are played."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from harness.errors import ScenarioError
from harness.model.hands import CodeShown, Hands, Presses, ShowsCodes, keys_of, states_of
from harness.model.register import (
    Deal,
    Desk,
    Diagnoses,
    Reprints,
    Settles,
    SignsOff,
    SignsOn,
    TestsItself,
    Totals,
    Wish,
)
from harness.model.roles import Swiper, Terminal
from harness.model.units import Money

if TYPE_CHECKING:
    from harness.engine.play import Run

#: The card of a transaction that names none.
USUAL_CARD = "chip"


@dataclass(frozen=True, slots=True)
class Void:
    """Take an earlier sale back, by its name: ``void: first``."""

    of: str
    name: str = field(default="", metadata={"key": "as"})
    SHORT: ClassVar[str] = "of"
    DEAL: ClassVar[Deal] = "void"


@dataclass(frozen=True, slots=True)
class Refund:
    """Give money back to a card."""

    amount: Money
    card: str = USUAL_CARD
    name: str = field(default="", metadata={"key": "as"})
    DEAL: ClassVar[Deal] = "refund"


@dataclass(frozen=True, slots=True)
class Preauth:
    """Reserve an amount on a card."""

    amount: Money
    card: str = USUAL_CARD
    name: str = field(default="", metadata={"key": "as"})
    DEAL: ClassVar[Deal] = "preauth"


@dataclass(frozen=True, slots=True)
class Complete:
    """Book what was reserved, by the reservation's name; ``amount`` where it is another one."""

    of: str
    amount: Money | None = None
    name: str = field(default="", metadata={"key": "as"})
    SHORT: ClassVar[str] = "of"
    DEAL: ClassVar[Deal] = "completion"


@dataclass(frozen=True, slots=True)
class Release:
    """Release what was reserved, by the reservation's name: ``release: room``."""

    of: str
    name: str = field(default="", metadata={"key": "as"})
    SHORT: ClassVar[str] = "of"
    DEAL: ClassVar[Deal] = "preauth_void"


@dataclass(frozen=True, slots=True)
class Balance:
    """Ask for a card's balance; moves no money."""

    card: str = USUAL_CARD
    name: str = field(default="", metadata={"key": "as"})
    DEAL: ClassVar[Deal] = "balance"


@dataclass(frozen=True, slots=True)
class Settle:
    """Have the register ask for the end of day."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """Have the terminal sign on at its host."""


@dataclass(frozen=True, slots=True)
class SignOff:
    """Have the terminal sign off at its host."""


@dataclass(frozen=True, slots=True)
class Reprint:
    """Have the last receipt printed again."""


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Have the terminal try its way to the host."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Have the terminal test its own parts."""


@dataclass(frozen=True, slots=True)
class AskTotals:
    """Ask what the open batch adds up to."""


@dataclass(frozen=True, slots=True)
class Abort:
    """The cashier gives up what is under way."""


@dataclass(frozen=True, slots=True)
class Put:
    """Bring a part of the terminal into a state, as a remedy or a habit; a fault is ``part``.

    ``put: {part: paper, state: in}``; parts and states are in ``harness/model/hands.py``.
    """

    part: str
    state: str

    def __post_init__(self) -> None:
        try:
            states = states_of(self.part)
        except LookupError as error:
            raise ValueError(str(error)) from None
        if self.state not in states:
            raise ValueError(f"{self.part} is {' or '.join(states)}, not {self.state!r}")


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys of the terminal: ``press: 1000 ok``."""

    keys: str
    SHORT: ClassVar[str] = "keys"

    def __post_init__(self) -> None:
        keys_of(self.keys)


@dataclass(frozen=True, slots=True)
class ShowCode:
    """Hold a payment code before the scanner: ``show_code: good``."""

    code: CodeShown = "good"
    SHORT: ClassVar[str] = "code"


@dataclass(frozen=True, slots=True)
class Swipe:
    """Draw a card's stripe, whether it is asked for or not: ``swipe: plain_stripe``."""

    card: str
    SHORT: ClassVar[str] = "card"


#: Transactions; they run beside the steps, as a sale does.
DEALING: dict[str, type] = {
    "void": Void, "refund": Refund, "preauth": Preauth, "complete": Complete,
    "release": Release, "balance": Balance,
}  # fmt: skip
#: Acts that end with their step.
ACTING: dict[str, type] = {
    "settle": Settle, "sign_on": SignOn, "sign_off": SignOff, "reprint": Reprint,
    "diagnose": Diagnose, "self_test": SelfTest, "totals": AskTotals, "abort": Abort,
    "put": Put, "press": Press, "show_code": ShowCode,
    "swipe": Swipe,
}  # fmt: skip
#: Step -> the role it asks of somebody.
ROLES: dict[str, type] = {
    **dict.fromkeys(DEALING, Desk), "settle": Settles, "sign_on": SignsOn, "sign_off": SignsOff,
    "reprint": Reprints, "diagnose": Diagnoses, "self_test": TestsItself, "totals": Totals,
    "abort": Terminal, "put": Hands, "press": Presses, "show_code": ShowsCodes,
    "swipe": Swiper,
}  # fmt: skip


def wish_of(run: "Run", step: Any) -> Wish:
    """What a step of ``DEALING`` wants; raises ScenarioError for an original that is not known."""
    amount = getattr(step, "amount", None)
    if not hasattr(step, "of"):
        return Wish(step.DEAL, amount)
    original = run.sales.get(step.of)
    if original is None:
        raise ScenarioError(
            f"{run.scenario.path}: no transaction {step.of!r} was made before; "
            f"made: {', '.join(run.sales) or 'none'}"
        )
    said = original.result
    if said is None:
        raise ScenarioError(
            f"{run.scenario.path}: {step.of!r} has no answer yet; `await: {{engine: sale_ended, "
            f"sale: {step.of}}}` before it is referred to"
        )
    return Wish(step.DEAL, amount, said.receipt, said.stan or said.trace, said.auth, step.of)


def act(run: "Run", step: Any) -> dict[str, Any] | None:
    """Play a step of ``ACTING``; what its ``step_done`` tells besides."""
    said = _ACTS[type(step)](run.cast, step)
    return None if said is None else {"outcome": said.outcome, "cause": said.cause}


_ACTS: Mapping[type, Callable[[Any, Any], Any]] = {
    Settle: lambda cast, _: cast.playing(Settles).settle(),
    SignOn: lambda cast, _: cast.playing(SignsOn).sign_on_host(),
    SignOff: lambda cast, _: cast.playing(SignsOff).sign_off(),
    Reprint: lambda cast, _: cast.playing(Reprints).reprint(),
    Diagnose: lambda cast, _: cast.playing(Diagnoses).diagnose(),
    SelfTest: lambda cast, _: cast.playing(TestsItself).self_test(),
    AskTotals: lambda cast, _: cast.playing(Totals).totals(),
    Abort: lambda cast, _: cast.playing(Terminal).abort(),
    Put: lambda cast, step: cast.playing(Hands).put(step.part, step.state),
    Press: lambda cast, step: cast.playing(Presses).press(step.keys),
    ShowCode: lambda cast, step: cast.playing(ShowsCodes).show_code(step.code),
    Swipe: lambda cast, step: cast.playing(Swiper).swipe(step.card),
}
