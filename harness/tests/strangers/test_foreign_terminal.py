"""A terminal by somebody else, at plain addresses: the catalogue's stories, and its own bad kin.

Nothing of ours is in the loop but what is to be shown: drivers, the relay, the acquirer, the judge.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from harness.tests.plain_rig import GOOD, breached, free, plain_rig, verdicts
from harness.tests.strangers.test_strangers import HERE, PATIENT, started

SHORT = ("power/cut_while_host_answers", "host/bad_mac", "data/exhausted_by_reset")
#: What is played with a terminal of which patience, and for how long about.
LONG = {
    "power, 11 min": (10, (
        "power/cut_points", "power/cut_after_each_sale", "power/cut_while_printing",
        "power/cut_while_reversing", "power/cut_on_bad_answer", "power/resync_after_cut",
    )),
    "host, 15 min": (10, (
        "host/silent_then_back", "host/spoilt_answer", "host/answer_duplicate", "host/deaf_host",
        "host/reversal_never_answered",
    )),
    "a host to wait for, 6 min": (60, (
        "host/answered_twice", "host/slow_answer", "host/late_answer",
    )),
    "data, 3 min": (10, (
        "data/throttled", "data/exhausted_silently", "data/portal_instead_of_host",
    )),
}  # fmt: skip


def rig_of(at: dict[str, str], host: int, door: int, beacon: int) -> dict[str, Any]:
    """ZVT, a slot, and a modem."""
    return plain_rig(
        at, host, door, beacon, console="foreign_console.yaml",
        reader={"driver": "serial_relay", "address": at["reader"]},
        modem={"driver": "quectel", "address": at["modem"]},
        terminal={"driver": "zvt", "address": at["terminal"], "currency": "CNY",
                  "personality": str(HERE / "foreign_zvt.yaml")},
    )  # fmt: skip


def played(folder: Path, stories: tuple[str, ...], *bad: str) -> tuple[dict[str, Any], str]:
    """What came of these stories with a terminal that has these habits."""
    host, door, beacon = free(), free(), free()
    told = (f"127.0.0.1:{door}", f"beacon=127.0.0.1:{beacon}", *bad)
    with started(sys.executable, str(HERE / "foreign_bench.py"), *told) as (_, at):
        return verdicts(folder, rig_of(at, host, door, beacon), stories)


@pytest.mark.parametrize("story", SHORT)
def test_a_good_strangers_terminal_passes_power_data_and_host(tmp_path: Path, story: str) -> None:
    """One story of each family, with a supply, slot, modem and terminal that share no code."""
    rows, said = played(tmp_path, (story,))

    assert [row["verdict"] for row in rows.values()] == ["PASS"], said


def test_a_strangers_terminal_that_forgets_its_journal_fails(tmp_path: Path) -> None:
    """The same bench, one line of its firmware the other way."""
    rows, said = played(tmp_path, ("power/cut_while_host_answers",), "forgets")

    (row,) = rows.values()
    assert row["verdict"] == "FAIL", said
    assert "no_orphan_charge" in breached(row), said


@PATIENT
@pytest.mark.parametrize("family", LONG)
def test_a_good_strangers_terminal_passes_all_that_its_bench_can_play(
    tmp_path: Path, family: str
) -> None:
    """PASS, or skipped for what a relay cannot do."""
    patience, stories = LONG[family]
    rows, said = played(tmp_path, stories, f"patience={patience}")

    bad = {name: row["reason"] for name, row in rows.items() if row["verdict"] not in GOOD}
    assert not bad, said
    skipped = [row["reason"] for row in rows.values() if row["verdict"] == "SKIPPED"]
    assert all("relay" in why for why in skipped), skipped


@PATIENT
@pytest.mark.parametrize(
    ("bad", "story", "clause"),
    [
        ("reuses", "power/cut_while_host_answers", "stan_never_reused"),
        ("trusts_mac", "host/bad_mac", "answers_must_match"),
        ("prints_early", "power/cut_while_printing", "receipt_needs_journal"),
        ("gives_up", "host/reversal_never_answered", "ready_owes_nothing"),
        ("says_approved", "host/silent_then_back", "outcomes_agree"),
        ("blames_sim", "host/silent_then_back", "reports"),
        ("leaks_hex", "host/silent_then_back", "no_clear_card_number"),
        ("leaks_base64", "host/silent_then_back", "no_clear_card_number"),
    ],
)
def test_a_bad_strangers_terminal_fails_by_the_right_clause(
    tmp_path: Path, bad: str, story: str, clause: str
) -> None:
    """Nobody who wrote the judge has seen these."""
    rows, said = played(tmp_path, (story,), bad)

    assert any(clause in breached(row) for row in rows.values()), said
