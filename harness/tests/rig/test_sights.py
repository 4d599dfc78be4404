"""What a rig says of its own eyes: channels by role or by driver, and words that somebody knows."""

from harness.rig.sights import joined, observed


class _Plain:
    """Sees what its role sees, and knows no words."""


class _Results:
    """A register that is told results only."""

    OBSERVES = ("ecr_results",)


class _Words:
    def __init__(self, *kinds: str) -> None:
        self._kinds = frozenset(kinds)

    def tells(self) -> frozenset[str]:
        return self._kinds


def test_a_role_sees_its_channels_unless_its_driver_says_otherwise() -> None:
    """Sorted, and each once."""
    assert observed({"terminal": _Plain(), "host": _Plain(), "supply": _Plain()}) == ["ecr", "host"]
    assert observed({"terminal": _Results()}) == ["ecr_results"]
    assert observed({}) == []


def test_nobody_who_knows_words_is_no_empty_list_of_words() -> None:
    """By an empty list all silence would be excused, and all of it counted by none."""
    assert joined({"terminal": _Plain()}, "tells") is None
    assert joined({"console": _Words()}, "tells") == []
    assert joined({"a": _Words("state", "boot"), "b": _Words("boot")}, "tells") == ["boot", "state"]
