"""What a payment application says by its intents, put into observations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.drivers._courier import Word
from harness.drivers._intents import Intents, Said
from harness.model.roles import Observe, SaleResult
from harness.wire.pan import numbers


@dataclass(frozen=True, slots=True)
class Reporter:
    """Says it by ``observe``, in the words of ``intents``."""

    observe: Observe
    intents: Intents

    def conclude(self, answer: Mapping[str, Any]) -> tuple[SaleResult, Said]:
        """What an activity ended with."""
        self.check_clear(answer, None)
        extras = answer.get("extras")
        return self.intents.result(answer.get("result"), extras if isinstance(extras, dict) else {})

    def stage(self, word: Word) -> None:
        """How far the application is, where it tells."""
        self.check_clear(word.fields, word.t)
        name = str(word.fields.get("stage", ""))
        row = self.intents.stages.get(name, {})
        more = {"asks": row["asks"]} if "asks" in row else {}
        self.observe("ecr_status", t=word.t, code=name, text=row.get("text", name), **more)

    def report(self, said: Said, t: float | None) -> None:
        """The cause, to the register."""
        if said.cause:
            self.observe("report", t=t, on="ecr", cause=said.cause, text=said.text, code=said.code)

    def check_clear(self, answer: Mapping[str, Any], t: float | None) -> None:
        """No card number may stand in what an application is told."""
        extras = answer.get("extras")
        for text in map(str, (extras if isinstance(extras, dict) else answer).values()):
            if found := numbers(text):
                self.observe("card_number_in_clear", t=t, channel="ecr", masked=found)
