"""Who wants to know how a run goes on."""

from typing import Protocol

from harness.model.scenario import Scenario


class Progress(Protocol):
    """Told by the engine; must not wait and must not raise."""

    def step(self, scenario: Scenario, index: int, total: int, word: str, t: float) -> None:
        """Step ``index`` of ``total`` (from 1) begins, ``t`` seconds into the run.

        Step 0 is what comes before the first one: a terminal may take minutes to be ready.
        """

    def reading(self, name: str, text: str) -> None:
        """A live value: ``voltage`` or ``signal``, with its unit."""


class Silent:
    """Tells nobody."""

    def step(self, scenario: Scenario, index: int, total: int, word: str, t: float) -> None: ...

    def reading(self, name: str, text: str) -> None: ...
