"""Cards that are in, as the presenter says, and that no terminal met."""

from collections.abc import Sequence

import pytest

from harness.engine.met import denied
from harness.model.trace import Observation, Trace

Row = tuple[float, str, str, dict[str, object]]


def _trace(rows: Sequence[Row]) -> Trace:
    return Trace(Observation(n, *row) for n, row in enumerate(rows, 1))


def put(t: float, kind: str = "card_inserted") -> Row:
    """What the presenter says."""
    return (t, "reader", kind, {"card": "chip", "of": "first"})


def asks(t: float, what: str) -> Row:
    """What the terminal asks for."""
    return (t, "terminal", "ecr_status", {"code": "0A", "text": "", "asks": what})


def ended(t: float, cause: str = "timed_out") -> Row:
    """What the register is told."""
    return (t, "engine", "sale_ended", {"sale": "first", "outcome": "failed", "cause": cause})


def fault(t: float, word: str, kind: str = "fault_injected") -> Row:
    """A fault that begins or ends."""
    return (t, "engine", kind, {"fault": word, "label": word})


READ: Row = (8.0, "terminal", "card_read", {"entry": "chip"})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([put(10.0), asks(30.0, "insert"), ended(70.0)], "chip was put in at 10.0 s"),
        ([READ, put(10.0), ended(70.0)], "gave up at 70.0 s"),
        ([fault(5.0, "host_misbehaves"), put(10.0), ended(70.0)], "met none"),
        ([READ, put(9.0, "card_removed"), asks(15.0, "remove")], "out since 9.0 s"),
    ],
)
def test_presenter_and_terminal_contradict(rows: list[Row], said: str) -> None:
    """Nobody knows which of them is right; nothing since the last card that was met counts."""
    found = denied(_trace(rows))

    assert found is not None
    assert said in found.what
    assert found.since == (8.0 if READ in rows else 0.0)


@pytest.mark.parametrize(
    "rows",
    [
        [put(8.0), READ, ended(70.0)],  # met; what timed out was the PIN
        [put(10.0), asks(11.0, "again"), ended(70.0)],  # met and not understood
        [put(10.0), ended(70.0, "host_silent")],
        [ended(70.0)],
        [fault(5.0, "card_mute"), put(10.0), ended(70.0)],  # it was made so
        [put(9.0), fault(10.0, "contact_intermittent"), ended(70.0)],
        [READ, put(9.0, "card_removed"), asks(10.0, "remove")],  # it takes a moment
        [READ, put(9.0, "card_removed"), put(12.0), asks(20.0, "remove")],
        [fault(5.0, "card_left_in"), put(9.0, "card_removed"), asks(20.0, "remove")],
    ],
)
def test_what_is_explained_otherwise_contradicts_nobody(rows: list[Row]) -> None:
    """A card that was met, a fault of card or contacts, and a moment's delay."""
    assert denied(_trace(rows)) is None
