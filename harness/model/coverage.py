"""What is shown by which scenario: the catalogue's ids and the requirements, and where gaps are.

The catalogue (``fixtures/catalogue.yaml``) says what must be shown, the requirements
(``scenarios/requirements.yaml``) why; a scenario names one id and the requirements it covers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.model.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement, or an id of the catalogue.

    Attributes:
        name: Its id.
        says: The requirement's statement, or what the id shows.
        scenarios: Scenario files (``family/stem``) that show it, sorted.
        on: Rig -> how many of those it can play.
    """

    name: str
    says: str
    scenarios: tuple[str, ...]
    on: Mapping[str, int]

    @property
    def is_gap(self) -> bool:
        """Nothing shows it, or no rig can play what would."""
        return not self.scenarios or (bool(self.on) and not any(self.on.values()))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix.

    Attributes:
        requirements: By requirement.
        catalogue: By id of the catalogue.
    """

    requirements: tuple[Row, ...]
    catalogue: tuple[Row, ...]

    @property
    def gaps(self) -> list[str]:
        """One sentence for each gap."""
        told = {"requirement": self.requirements, "catalogue id": self.catalogue}
        return [
            f"{what} {row.name} has no scenario{' that a rig can play' if row.scenarios else ''}:"
            f" {row.says}"
            for what, rows in told.items()
            for row in rows
            if row.is_gap
        ]


Plays = Callable[[Scenario], bool]


def coverage(
    items: Iterable[Scenario],
    requirements: Mapping[str, str],
    catalogue: Mapping[str, Mapping[str, Any]],
    rigs: Mapping[str, Plays] | None = None,
) -> Coverage:
    """The matrix of these items; ``rigs`` are names with what says whether they can play an item.

    An item counts for a requirement when it says that it covers it.
    """
    found = list(items)
    kept = rigs or {}
    playable = {
        rig: {_file(one) for one in found if can(one)} for rig, can in kept.items()
    }  # fmt: skip

    def row(name: str, says: str, mine: Iterable[Scenario]) -> Row:
        files = tuple(sorted({_file(one) for one in mine}))
        on = {rig: len(playable[rig].intersection(files)) for rig in kept}
        return Row(name, says, files, on)

    return Coverage(
        tuple(
            row(name, says, (one for one in found if name in one.covers))
            for name, says in requirements.items()
        ),
        tuple(
            row(name, str(own["shows"]), (one for one in found if one.id == name))
            for name, own in catalogue.items()
        ),
    )


def _file(item: Scenario) -> str:
    return f"{item.family}/{item.name.partition('[')[0]}"
