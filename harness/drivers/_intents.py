"""What a payment application's intents are called, and what its answers mean: read from a file.

``fixtures/terminal/<personality>/intent.yaml``; a card number in an answer is masked before
anything is made of it. See that of ``smart`` for the form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.drivers._console_rules import Rule
from harness.drivers._personality import personality_file
from harness.errors import RigError
from harness.files import read_plain
from harness.model.register import DEALS, Deal, Wish
from harness.model.roles import SaleResult
from harness.wire.pan import mask


@dataclass(frozen=True, slots=True)
class Said:
    """What a result's ``reason`` says."""

    code: str = ""
    response: str = ""
    text: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Intents:
    """One model's.

    Attributes:
        target: The activity.
        deals: Deal -> its extras, with ``{amount}`` and ``{stan}``.
        always: Extras of all.
        settle, reprint: Their extras; None where the application has no such thing.
        update: What of the device's shell makes it look for an update; ``""`` for nothing.
        handed: What makes it install the image in ``{file}``; ``""`` for nothing.
        stages: What it may tell meanwhile -> text, and what it asks of the cardholder.
    """

    target: str
    deals: Mapping[str, Mapping[str, str]]
    always: Mapping[str, str]
    results: Mapping[str, str]
    reason: Rule
    facts: Mapping[str, Rule] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)
    declines: tuple[str, ...] = ()
    stages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settle: Mapping[str, str] | None = None
    reprint: Mapping[str, str] | None = None
    update: str = ""
    handed: str = ""

    def known(self) -> tuple[Deal, ...]:
        """The deals that this application has."""
        return tuple(deal for deal in DEALS if deal in self.deals)

    def extras(self, wish: Wish) -> dict[str, str]:
        """What a wish is asked with."""
        amount = str(wish.amount).split()[0] if wish.amount is not None else ""
        own = {
            name: shape.format(amount=amount, stan=wish.stan or 0)
            for name, shape in self.deals[wish.deal].items()
        }
        return {**self.always, **{name: text for name, text in own.items() if text}}

    def said(self, reason: str) -> Said:
        """A reason, taken apart; a cause only where the table knows its code."""
        text = mask(reason)
        found = self.reason.read(text)
        if found is None:
            return Said(text=text)
        code = str(found.get("code", ""))
        response, own = str(found.get("response", "")), str(found.get("text", text))
        return Said(code, response, own, self.causes.get(code, ""))

    def result(self, code: object, extras: Mapping[str, Any]) -> tuple[SaleResult, Said]:
        """What an activity ended with; a code that is not listed is ``unknown``."""
        outcome = self.results.get(str(code), "unknown")
        said = self.said(str(extras.get("reason", ""))) if outcome != "approved" else Said()
        if outcome == "failed" and said.response and said.cause in self.declines:
            outcome = "declined"
        facts: dict[str, Any] = {}
        for name, rule in self.facts.items():
            facts.update(rule.read(str(extras.get(name, ""))) or {})
        return SaleResult(
            outcome, cause=said.cause, code=said.code or str(code), stan=facts.get("stan") or None,
            trace=facts.get("trace") or None, amount=facts.get("amount"), text=said.text,
            auth=str(facts.get("auth", "")),
        ), said  # fmt: skip


def read_intents(personality: str | Path) -> Intents:
    """A personality; raises RigError naming the file."""
    file = personality_file(personality, "intent.yaml")
    try:
        return _intents(dict(read_plain(file)))
    except (OSError, re.error, TypeError, KeyError, ValueError) as error:
        raise RigError(f"{file}: no good personality of intents ({error!r})") from error


def _intents(plain: dict[str, Any]) -> Intents:
    others = set(plain["deals"]) - set(DEALS)
    if others:
        raise ValueError(f"no deals: {', '.join(sorted(others))}")
    plain["reason"] = Rule(re.compile(plain["reason"]), "reason")
    plain["declines"] = tuple(plain.get("declines", ()))
    facts = plain.pop("facts", {})
    rules = {name: Rule(re.compile(shape), "fact") for name, shape in facts.items()}
    return Intents(facts=rules, **plain)
