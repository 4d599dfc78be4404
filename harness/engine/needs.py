"""What a scenario asks of a rig, derived from its words."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from harness.engine import cards, desk
from harness.engine.desk import USUAL_CARD
from harness.engine.steps import NO_CARD, Await, CutAt, Inject, Sale, read_step
from harness.model.cellular import Attenuator, Modem, Restartable, SimCard
from harness.model.hands import (
    Climate,
    Debugger,
    Hands,
    Presses,
    Programmer,
    ServiceTool,
    ShowsCodes,
)
from harness.model.means import Means
from harness.model.network import (
    AccessPoints,
    Certified,
    Congestible,
    DataPlan,
    Doored,
    Names,
    Network,
    Profiled,
    Subscription,
)
from harness.model.power import Supply
from harness.model.register import (
    AsksByNumber,
    CutRegister,
    Desk,
    Diagnoses,
    ForgetfulRegister,
    Reprints,
    Settles,
    SignsOff,
    SignsOn,
    TestsItself,
    Totals,
)
from harness.model.rig import FACTS
from harness.model.roles import (
    Console,
    Contactless,
    FlashTap,
    Host,
    Intermittent,
    LossyRegister,
    Reader,
    StandIn,
    Swiper,
    Terminal,
    Turning,
    plays,
)
from harness.model.scenario import Scenario
from harness.model.units import Volts
from harness.model.updates import Fetched, Pushable, Updatable, Updates

#: Who takes an update, one way or another.
TAKES_UPDATES: Any = (Updatable, Pushable)
#: Roles -> the fact of a terminal that will do instead.
INSTEAD: dict[Any, str] = {TAKES_UPDATES: "looks_itself"}
#: Step -> roles it uses.
STEP_NEEDS: dict[str, tuple[Any, ...]] = {
    "sale": (Terminal,),
    "update": (TAKES_UPDATES, Updates),
    "top_up": (DataPlan,),
    "swap_sim": (SimCard,),
    **{word: (role,) for word, role in desk.ROLES.items()},
}
#: Names in ``needs:`` -> roles.
NAMED: dict[str, type] = {
    "terminal": Terminal, "console": Console, "supply": Supply, "reader": Reader, "host": Host,
    "stripe": Swiper, "field": Contactless,
    "updates": Updates, "store": Fetched, "flash": FlashTap, "data_plan": DataPlan,
    "carrier": Subscription,
    "network": Network, "modem": Modem, "sim_card": SimCard, "attenuator": Attenuator,
    "hands": Hands, "order_numbers": AsksByNumber,
}  # fmt: skip

#: Roles that a rig file does not call by their names -> what it takes to play them.
SAID: dict[Any, str] = {
    DataPlan: "a carrier or a link that ends data plans",
    Subscription: "a carrier that ends subscriptions",
    AccessPoints: "a carrier that refuses access points",
    Congestible: "a network that can turn everybody away", SimCard: "a sim_card",
    Names: "a network with a name service", Certified: "a host that shows certificates",
    Doored: "a host that can move", Profiled: "a network that takes a whole profile",
    FlashTap: "a tap on the terminal's flash (flash)",
    Updates: "an update store (updates)",
    Fetched: "an update store that terminals fetch from (updates)",
    Swiper: "an emulator of magnetic stripes (stripe)",
    Contactless: "somebody who holds cards before the antenna (field)",
    StandIn: "a reader that can hand out another card than it is asked for",
    Turning: "a reader that can turn its cards round",
    Intermittent: "a reader whose contacts can be bad at times",
    Restartable: "a modem that restarts by command",
    Hands: "somebody who works on the terminal's parts (hands)",
    Presses: "somebody who presses the terminal's keys (hands)",
    ShowsCodes: "somebody who holds codes before its scanner (hands)",
    Climate: "a chamber or a heating plate (hands)", Debugger: "a debug unit (hands)",
    Programmer: "a programmer on its flash (hands)",
    ServiceTool: "its maker's tool (hands)",
    AsksByNumber: "a register that asks by numbers of its own what became of a sale",
    CutRegister: "a register whose line can be cut",
    LossyRegister: "a register that can lose results",
    ForgetfulRegister: "a register whose responses are not acknowledged, and can be lost",
    Desk: "a register that makes more than sales",
    Settles: "a register that can ask for the end of day",
    SignsOn: "a register that can ask for a sign-on",
    SignsOff: "a register that can ask for a sign-off",
    Reprints: "a register that can ask for a copy of the receipt",
    Diagnoses: "a register that can ask for a diagnosis",
    TestsItself: "a terminal that can be asked to test itself",
    Totals: "a register that can ask for totals",
    Updatable: "a terminal that can be asked to look for updates",
    Pushable: "one that can be handed them",
}  # fmt: skip


def missing(scenario: Scenario, drivers: Iterable[Any], facts: Collection[str] = ()) -> list[str]:
    """What the rig lacks, in words; empty when it can play the scenario.

    Args:
        scenario: What is to be played.
        drivers: The rig's drivers, or their classes.
        facts: What the rig's file says of its terminal.
    """
    cast = list(drivers)
    lacks = [
        f"{why} needs {_named(role)}"
        for why, role in _needs(scenario)
        if not any(plays(driver, role) for driver in cast) and INSTEAD.get(role) not in facts
    ]
    return list(dict.fromkeys(lacks))


def refused(scenario: Scenario, means: Means) -> list[str]:
    """What is not for this rig, each with its reason: facts it lacks, faults it cannot make.

    Args:
        scenario: What is to be played.
        means: What the rig can do, and what its terminal has.
    """
    reasons = [
        f"the scenario needs {name}: {FACTS[name]}; where the terminal has one, say so in the rig "
        f"file (facts: [{name}])"
        for name in scenario.plain.get("needs") or ()
        if name in FACTS and name not in means.facts
    ]
    reasons += [
        f"the scenario is of a terminal without {name}; this one has it: {FACTS[name]}"
        for name in scenario.plain.get("without") or ()
        if name in means.facts
    ]
    for word, step in _steps(scenario):
        if word in means.lacks:
            reasons.append(f"step {word}: {means.lacks[word]}")
        short = [said for said in (_asked(step),) if said and means.falls_short(said)]
        reasons += [
            f"step {word}: {said} is not within reach of this rig"
            for said in (*short, *_cards_out_of_reach(step, means))
        ]
    reasons += [
        f"fault {step.word}: {why}"
        for step in _injections(scenario)
        if hasattr(step.fault, "refusal") and (why := step.fault.refusal(means))
    ]
    return list(dict.fromkeys(reasons))


def highest(scenario: Scenario, nominal: Volts) -> Volts:
    """The highest voltage any of its faults asks for, at least the nominal one."""
    asked = [
        step.fault.highest(nominal)
        for step in _injections(scenario)
        if hasattr(step.fault, "highest")
    ]
    return Volts(max([nominal, *asked]))


def _steps(scenario: Scenario) -> Iterable[tuple[str, Any]]:
    return (read_step(plain) for plain in scenario.plain.get("when") or ())


def _asked(step: Any) -> str:
    """What of ``Means.offers`` a step asks for, or ``""``."""
    if isinstance(step, desk.Put):
        return f"part {step.part}"
    if hasattr(step, "DEAL"):
        return f"deal {step.DEAL}"
    return ""


def _cards_out_of_reach(step: Any, means: Means) -> Iterable[str]:
    """The cards of a step that nobody who could present them has."""
    for _, ways in cards.asked(card_in(step)):
        if not means.offers.intersection(ways) and any(map(means.falls_short, ways)):
            yield ways[0]


def card_in(step: Any) -> str:
    """The ``card:`` of a step; ``""`` where none is presented."""
    card = str(getattr(step, "card", NO_CARD))
    return "" if card == NO_CARD else card


def _injections(scenario: Scenario) -> Iterable[Inject]:
    for _, step in _steps(scenario):
        if isinstance(step, CutAt):
            yield step.injection
        elif isinstance(step, Inject):
            yield step


def _needs(scenario: Scenario) -> Iterable[tuple[str, Any]]:
    for name in scenario.plain.get("needs") or ():
        if name in NAMED:
            yield f"the scenario (needs: {name})", NAMED[name]
    for plain in scenario.plain.get("when") or ():
        yield from _step_needs(plain)
    yield from _proof_needs(scenario)
    given = scenario.plain.get("given") or {}
    if "data_left" in given:
        yield "given data_left", DataPlan


def _step_needs(plain: Any) -> Iterable[tuple[str, Any]]:
    word, step = read_step(plain)
    for role in STEP_NEEDS.get(word, ()):
        yield f"step {word}", role
    for roles, _ in cards.asked(card_in(step)):
        yield f"step {word} (but for `card: {NO_CARD}`)", roles
    if isinstance(step, Await) and step.pattern.source == "host":
        yield f"step {word} (host: {step.pattern.kind})", Host
    step = step.injection if isinstance(step, CutAt) else step
    if isinstance(step, Inject):
        for role in getattr(step.fault, "NEEDS", ()):
            yield f"fault {step.word}", role


def _proof_needs(scenario: Scenario) -> Iterable[tuple[str, Any]]:
    recovers = recovery_of(scenario) or {}
    if recovers.get("proven_by") == "sale":
        yield "the sale that proves the recovery", Terminal
        if card_of(scenario) != NO_CARD:
            yield "the sale that proves the recovery", Reader


def recovery_of(scenario: Scenario) -> Mapping[str, Any] | None:
    """The first ``recovers`` of a scenario, in whichever of its shapes ``then`` is written."""
    then = scenario.plain.get("then")
    for row in then if isinstance(then, list) else [then or {}]:
        plain = row.get("recovers") if isinstance(row, Mapping) else None
        if plain:
            return dict(plain[0] if isinstance(plain, list) else plain)
    return None


def card_of(scenario: Scenario) -> str:
    """The card of the sale that proves a recovery: none where the scenario's own need none."""
    steps = [read_step(plain)[1] for plain in scenario.plain.get("when") or ()]
    cards = {step.card for step in steps if isinstance(step, Sale)}
    return NO_CARD if cards == {NO_CARD} else USUAL_CARD


def _named(role: Any) -> str:
    if isinstance(role, tuple):
        return " or ".join(_named(one) for one in role)
    return SAID.get(role, f"a {role.__name__.lower()}")
