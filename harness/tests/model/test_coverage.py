"""Coverage: the matrix, its gaps, and the catalogue itself."""

from harness.files import load_catalogue, load_requirements
from harness.model.coverage import coverage
from harness.model.scenario import Scenario

REQUIREMENTS = {"A5": "An empty plan.", "E3": "A bad supply."}
CATALOGUE = {"Q-1": {"shows": "the plan ends", "covers": ["A5"]},
             "P-1": {"shows": "the power ends", "covers": ["E3"]}}  # fmt: skip


def item(id_: str, name: str, *covers: str) -> Scenario:
    """A scenario with nothing in it but its names."""
    return Scenario(id=id_, story="", family="data", name=name, covers=covers)


def test_what_nothing_shows_is_a_gap() -> None:
    """Points of one file count once."""
    found = coverage(
        [item("Q-1", "ends[t=1s]", "A5"), item("Q-1", "ends[t=2s]", "A5")], REQUIREMENTS, CATALOGUE
    )

    assert found.requirements[0].scenarios == ("data/ends",)
    assert found.gaps == [
        "requirement E3 has no scenario: A bad supply.",
        "catalogue id P-1 has no scenario: the power ends",
    ]


def test_what_no_rig_can_play_is_a_gap() -> None:
    """One rig that can is enough."""
    items = [item("Q-1", "ends", "A5"), item("P-1", "cut", "E3")]
    rigs = {"one": lambda one: one.id == "Q-1", "other": lambda one: one.id == "none"}

    found = coverage(items, REQUIREMENTS, CATALOGUE, rigs)

    assert found.requirements[0].on == {"one": 1, "other": 0}
    assert found.gaps == [
        "requirement E3 has no scenario that a rig can play: A bad supply.",
        "catalogue id P-1 has no scenario that a rig can play: the power ends",
    ]


def test_the_catalogue_covers_every_requirement() -> None:
    """65 ids; each names requirements that there are, and together all of them."""
    catalogue, requirements = load_catalogue(), load_requirements()

    named = {name for row in catalogue.values() for name in row["covers"]}
    assert len(catalogue) == 65
    assert named == set(requirements)
