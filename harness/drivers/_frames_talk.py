"""What a register asks of a terminal by a profile, and what it makes of the answers."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.drivers._frames_link import Link, NotDelivered
from harness.drivers._frames_report import Reporter
from harness.drivers._own_words import OwnWords
from harness.drivers._register_numbers import numbers
from harness.errors import NotSupported, PortLost, PortTimeout, RigError
from harness.files import fixture
from harness.model.register import ACTS, Wish
from harness.model.roles import Observe, SaleResult, ignore
from harness.model.units import Money
from harness.model.words import WordError, instead
from harness.ports.base import Port
from harness.source import read_source
from harness.wire.frames_profile import Profile, read_profile

ORDER = "HIL{:016d}"
READY = "00"
NO_ABORT = "this protocol has no way to abort"
NO_QUESTION = "this protocol has no way to ask what became of it"


class Talk:
    """One register.

    Attributes:
        profile: The protocol.
        observe: Who is told.
        losing: Whether answers to transactions are lost.
    """

    def __init__(
        self, port: Port, profile: str, *, currency: str, values: Mapping[str, Any] | None,
        personality: str,
    ) -> None:  # fmt: skip
        """Nothing is sent yet; raises RigError."""
        self.profile = load_profile(profile)
        self.observe: Observe = ignore
        self._words = OwnWords.of(personality)
        usual = {one.name: one.value for one in self.profile.ask.fields if one.value}
        own = {name: str(value) for name, value in (values or {}).items()}
        self._usual = {**usual, "currency": Money(0, currency).numeric, "alpha": currency, **own}
        self._digits = Money.known(currency)[1]
        self._link = Link(port, self.profile)
        self._numbers = numbers(port.clock)
        self._asked: dict[str, str] = {}
        self._orders: dict[int, str] = {}  # its number -> the order that it was
        self._selling = self._aborting = self.losing = False

    # --- the line ---

    def connect(self) -> None:
        """Be connected, with nothing unheard; raises PortLost."""
        try:
            self.attend()
        except PortLost:
            self._link.forget()
        self._link.connect()

    def attend(self) -> None:
        """Say what came unasked: an answer too late; raises PortLost."""
        for t, body in self._link.attend():
            if self._say.read(body, t) is not None:
                self.observe("ecr_status", t=t, code="", text="an answer nobody waits for")

    def look(self) -> None:
        """Whether the line is one; raises Astray."""
        self._link.look()

    def beat(self) -> None:
        """Keep the line alive, if it is."""
        with contextlib.suppress(PortLost):
            self._link.beat()

    def lacks(self) -> dict[str, str]:
        """What the protocol or this model has not -> why."""
        asked = {act: f"this protocol has no {act}" for act in ACTS if act not in self.profile.also}
        abort = {} if "cancel" in self.profile.also else {"abort": NO_ABORT}
        return {**asked, **abort, **self._words.lacks()}

    def nameable(self) -> frozenset[str]:
        """The causes that the profile's codes tell, and of the model's own words."""
        return self.profile.named() | self._words.named()

    # --- what is asked ---

    def deal(self, wish: Wish) -> SaleResult:
        """A transaction to its end; raises NotSupported."""
        if wish.deal not in self.profile.deals:
            raise NotSupported(f"this protocol has no {wish.deal}")
        values = dict(self.profile.deals[wish.deal])
        if wish.amount is not None:
            values |= {"amount": str(wish.amount.minor), "currency": wish.amount.numeric}
            values["alpha"] = wish.amount.currency
        if wish.stan is not None:
            values["original"] = str(wish.stan)
            values["original_order"] = self._orders.get(wish.stan, "")
        self._asked = self._new(values)
        self._selling, self._aborting = True, False
        try:
            result = self._result_of(self._asked, self.profile.complete)
        finally:
            self._selling = False
        number = result.stan or result.trace
        if number is not None:
            self._orders[number] = self._asked["order"]
        return result

    def other(self, word: str, within: float) -> SaleResult:
        """Something else that the profile has; raises NotSupported."""
        return self._result_of(self._wanted(word), within)

    def again(self, within: float) -> SaleResult | None:
        """What became of the last order; ``unknown`` where nobody can say."""
        if not self._asked:
            return None
        if "query" not in self.profile.also:
            return SaleResult("unknown", text=NO_QUESTION)
        return self._result_of({**self._asked, **self.profile.also["query"]}, within)

    def status(self, within: float) -> str:
        """``00`` when it is ready; raises PortLost or PortTimeout."""
        self.connect()
        if "status" not in self.profile.also:
            if not self._link.probe(within):
                raise PortTimeout("the terminal does not answer, or is busy")
            self.observe("ecr_status", code="ACK", text="it takes an enquiry")
            return READY
        answer, t = self._ask(self._wanted("status"), within)
        return self._say.status(answer, t, READY)

    def abort(self) -> None:
        """Have the call that runs ask for it; raises NotSupported."""
        if "cancel" not in self.profile.also:
            raise NotSupported(NO_ABORT)
        self._aborting = self._selling

    # --- within ---

    def _wanted(self, word: str) -> dict[str, str]:
        if word not in self.profile.also:
            raise NotSupported(f"this protocol has no {word}")
        return self._new(dict(self.profile.also[word]))

    def _new(self, values: dict[str, str]) -> dict[str, str]:
        return {**self._usual, "order": ORDER.format(next(self._numbers)), **values}

    def _result_of(self, asked: dict[str, str], within: float) -> SaleResult:
        """``failed`` without a code: it was never sent."""
        try:
            self.connect()
        except PortLost as error:
            return SaleResult("failed", text=str(error))
        try:
            answer, t = self._ask(asked, within)
        except (PortLost, PortTimeout) as error:
            self.observe("ecr_status", code="", text=f"link lost: {error}")
            unsent = isinstance(error, NotDelivered) and not error.sent
            return SaleResult("failed" if unsent else "unknown", text=str(error))
        return self._say.result(answer, t)

    def _ask(self, asked: dict[str, str], within: float) -> tuple[dict[str, str], float]:
        def take(body: bytes, t: float) -> tuple[dict[str, str], float] | None:
            answer = self._say.read(body, t)
            if answer is None or not self.profile.answers_to(asked, answer):
                return None
            if self.losing and self._selling:
                self.observe("acknowledgement_withheld", t=t, code=answer.get("code", ""))
                return None
            return answer, t

        try:
            body = self.profile.ask.encode(asked, self._digits)
        except ValueError as error:
            raise NotSupported(f"this protocol cannot ask for that: {error}") from error
        return self._link.ask(body, take, within=within, meanwhile=self._cancel_if_wanted)

    def _cancel_if_wanted(self) -> None:
        if self._aborting:
            self._aborting = False
            asked = {**self._asked, **self.profile.also["cancel"]}
            self._link.send(self.profile.ask.encode(asked, self._digits))

    @property
    def _say(self) -> Reporter:
        return Reporter(self.profile, self._words, self._digits, self.observe)


def load_profile(word: str) -> Profile:
    """A profile by its word, or by a path; raises RigError, which names file and key."""
    own = Path(word) if "/" in word or word.endswith(".yaml") else None

    def file(one: str) -> Path:
        return own if own is not None and one == word else fixture("frames", f"{one}.yaml")

    try:
        return read_profile(word, lambda one: read_source(file(one)).plain)
    except (OSError, ValueError) as error:
        kind = "" if isinstance(error, WordError) else "no good file: "
        others = "" if own is not None or file(word).exists() else instead(word, _carried())
        raise RigError(f"{file(word)}: {kind}{error}{others}") from error


def _carried() -> list[str]:
    return sorted(path.stem for path in fixture("frames").glob("*.yaml"))
