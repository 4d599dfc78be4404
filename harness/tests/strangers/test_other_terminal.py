"""A terminal by a third hand: nexo, a book on disk, a link only while it asks, debts before sales.

Nothing of ours is in the loop but what is to be shown: drivers, the relay, the acquirer, the judge.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from harness.tests.plain_rig import GOOD, breached, free, plain_rig, verdicts
from harness.tests.strangers.test_strangers import HERE, PATIENT, started

SHORT = "power/cut_while_host_answers"
#: Bad habit -> a story that shows it, and a clause that it breaks.
BAD = {
    "repeats_stan": (SHORT, "stan_never_reused"),
    "never_undoes": ("host/silent_then_back", "reversal_before_next_sale"),
    "calls_it_declined": ("host/silent_then_back", "reports"),
    "loses_book": ("power/resync_after_cut", "no_orphan_charge"),
}
#: What is played besides, and for how long about.
LONG = {
    "power, 8 min": ("power/cut_points",),
    "power and what is not a sale, 4 min": (
        "power/resync_after_cut", "power/cut_on_bad_answer", "power/cut_while_voiding",
        "power/cut_while_settling", "power/low_supply",
    ),
    "host, 8 min": (
        "host/bad_mac", "host/silent_then_back", "host/spoilt_answer", "host/answer_declined",
        "host/answer_sign_on_again", "host/response_lost", "host/void_unanswered",
        "host/settlement_lost",
    ),
    "data, 3 min": ("data/exhausted_by_reset", "data/throttled", "data/slow_and_far"),
}  # fmt: skip


def rig_of(at: dict[str, str], folder: Path, doors: tuple[int, int, int]) -> dict[str, Any]:
    """Books on the disk, nexo, and a presenter that is quick."""
    rig = plain_rig(
        at, *doors, console="other_console.yaml",
        reader={"driver": "serial_relay", "address": at["reader"], "travel": 0.01},
        terminal={"driver": "nexo", "address": at["terminal"], "currency": "CNY",
                  "personality": str(HERE / "other_words.yaml")},
    )  # fmt: skip
    rig["bench"]["ledger"] = str(folder / "books.sqlite")
    return rig


def played(folder: Path, stories: tuple[str, ...], *told: str) -> tuple[dict[str, Any], str]:
    """What came of these stories with a terminal that is told so."""
    host, door, beacon = free(), free(), free()
    ways = (f"127.0.0.1:{door}", f"beacon=127.0.0.1:{beacon}", f"folder={folder}")
    with started(sys.executable, str(HERE / "other_bench.py"), *ways, *told) as (_, at):
        return verdicts(folder, rig_of(at, folder, (host, door, beacon)), stories)


def test_a_third_hands_terminal_passes_a_cut(tmp_path: Path) -> None:
    """By nexo, with a debt that waits for the next sale."""
    rows, said = played(tmp_path, (SHORT,))

    assert [row["verdict"] for row in rows.values()] == ["PASS"], said


def test_a_third_hands_terminal_that_charges_again_after_a_cut_fails(tmp_path: Path) -> None:
    """A debt paid by another charge. On a busy machine a cut may come too late: once more."""
    for time in range(3):
        (tmp_path / str(time)).mkdir()
        rows, said = played(tmp_path / str(time), (SHORT,), "charges_again")
        (row,) = rows.values()
        if row["verdict"] == "FAIL":
            break

    assert row["verdict"] == "FAIL", said
    assert "no_orphan_charge" in breached(row), said


@PATIENT
@pytest.mark.parametrize("family", LONG)
def test_a_third_hands_terminal_passes_what_its_bench_can_play(tmp_path: Path, family: str) -> None:
    """PASS, or skipped for what a relay cannot do."""
    rows, said = played(tmp_path, LONG[family])

    bad = {name: row["reason"] for name, row in rows.items() if row["verdict"] not in GOOD}
    assert not bad, said


@PATIENT
@pytest.mark.parametrize("habit", BAD)
def test_a_bad_third_hands_terminal_fails_by_the_right_clause(tmp_path: Path, habit: str) -> None:
    """One line of its program the other way."""
    story, clause = BAD[habit]
    rows, said = played(tmp_path, (story,), habit)

    assert any(clause in breached(row) for row in rows.values()), said
