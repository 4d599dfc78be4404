"""Each cause a terminal may give is the true one in some story, and told wrongly by some defect."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from harness.files import carried, load_catalogue, read_plain
from harness.model.causes import CAUSES
from harness.model.vary import points, put_in
from harness.model.words import find
from harness.prove.planted import PACKAGE, breaks, defects, told_of
from harness.sim.defects._misnamed import ROWS
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.models import read_character
from harness.sim.terminal.personality import Personality

#: Cause -> why no story can have it as its true one. Whatever stands here is a gap.
EXCEPTIONS: dict[str, str] = {}


def several(plain: Any) -> list[Any]:
    """One thing, or several: always a list."""
    return plain if isinstance(plain, list) else [] if plain is None else [plain]


def accepted(plain: Any) -> Iterator[frozenset[str]]:
    """What each clause of a story takes for the truth: the causes of which one will do."""
    for then in several(plain.get("then")):
        for word in ("detects", "reports"):
            for clause in several(then.get(word)):
                yield frozenset(several(clause.get("cause")))
    for rule in several(plain.get("expect")):
        for seen in several(rule.get("see")):
            if isinstance(seen, dict) and "cause" in seen:
                yield frozenset(several(seen["cause"]))


@cache
def told() -> dict[str, set[tuple[str, frozenset[str]]]]:
    """Cause -> (id, what is accepted beside it) of each clause that names it."""
    found: dict[str, set[tuple[str, frozenset[str]]]] = defaultdict(set)
    for path in carried("scenarios").glob("*/*.yaml"):
        own = read_plain(path)
        judged = {key: own.get(key) for key in ("then", "expect")}
        for point in points(own.get("vary")):
            for causes in accepted(put_in(judged, point)):
                for cause in causes:
                    found[cause].add((own["id"], causes))
    return found


def sharp(cause: str) -> set[str]:
    """Ids of stories that demand it and would not take for it what its defect tells."""
    return {of for of, causes in told()[cause] if ROWS[cause][0] not in causes}


@pytest.mark.parametrize("cause", sorted(set(CAUSES) - set(EXCEPTIONS)))
def test_a_story_demands_it_and_takes_no_neighbour_for_it(cause: str) -> None:
    """In a story of the catalogue's id that its defect names, so that the proof begins there."""
    instead, ids = ROWS[cause]

    assert ids in sharp(cause), f"{cause}: told as {instead}, no story of {ids} would notice"


def test_each_cause_is_told_wrongly_by_a_defect() -> None:
    """As another cause that there is; the defect says what it breaks, as those with a file do."""
    assert set(ROWS) == set(CAUSES)
    for cause, (instead, ids) in ROWS.items():
        assert instead in CAUSES
        assert instead != cause
        assert ids in load_catalogue()
        assert f"misnames_{cause}" in defects()
        assert breaks(f"misnames_{cause}").startswith(f"invariant 17 and {ids}")
        assert f"{cause} is told as {instead}" in told_of(f"misnames_{cause}")


def test_what_is_excepted_is_a_gap_still() -> None:
    """An exception goes as soon as there is a story."""
    for cause, why in EXCEPTIONS.items():
        assert why
        assert not sharp(cause), f"{cause} has a story"


def test_a_defect_has_one_row_in_another_ones_place() -> None:
    """Code, text and result are the other's, on every channel; no other cause is touched."""
    table = Personality.read(read_character("countertop")).alarms
    for cause, (instead, _) in ROWS.items():
        plant = find(PACKAGE, f"misnames_{cause}", name="plant")
        alarms = plant(Firmware).Alarms(None, None, table)

        for other in CAUSES:
            meant = instead if other == cause else other
            assert alarms.called(other) == meant
            assert alarms.alarm(other) is table[meant]
