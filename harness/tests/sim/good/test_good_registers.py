"""Good terminals that speak to their register otherwise than the reference: none may FAIL."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.files import carried
from harness.model.verdict import Outcome
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.good import nexo_terminals as nexo
from harness.tests.sim.good import other_registers as other
from harness.tests.sim.good import zvt_terminals as zvt
from harness.tests.sim.good.test_good_terminals import play

Plant = Callable[[type[Firmware]], type[Firmware]]

#: Way to the register -> its line in the rig file; with the model's own words where it says so.
WAYS: dict[str, str] = {
    "zvt": '{driver: zvt, personality: countertop, currency: CNY, address: "sim://terminal/ecr"}',
    "zvt, bytes only": '{driver: zvt, currency: CNY, address: "sim://terminal/ecr"}',
    "zvt, serial": "{driver: zvt, framing: serial, personality: countertop, currency: CNY,"
    ' address: "sim://terminal/zvt_serial"}',
    "zvt, printing": "{driver: zvt, config: 138, personality: countertop, currency: CNY,"
    ' address: "sim://terminal/ecr"}',
    "frames": "{driver: frames, profile: mispos_bcd, personality: countertop,"
    ' address: "sim://terminal/frames"}',
    "frames, bytes only": '{driver: frames, profile: mispos_bcd, address: "sim://terminal/frames"}',
    "nexo": "{driver: nexo, personality: countertop, currency: CNY,"
    ' address: "sim://terminal/nexo"}',
    "nexo, conditions only": '{driver: nexo, currency: CNY, address: "sim://terminal/nexo"}',
}
#: Terminal, way -> items that it must pass.
PASSES: tuple[tuple[Plant, str, tuple[str, ...]], ...] = (
    (zvt.says_nothing_meanwhile, "zvt", ("host/void_unanswered", "host/slow_answer")),
    (zvt.shows_its_register_its_display, "zvt", ("host/answer_declined", "data/settled_in_vain")),
    (zvt.aborts_without_a_result, "zvt", ("host/register_told_why", "operator/taken_back")),
    (zvt.completes_with_data, "zvt", ("operator/totals_asked",)),
    (
        zvt.knows_a_register_by_its_connection, "zvt",
        ("host/refund_response_lost", "power/resync_after_cut"),
    ),
    (zvt.knows_a_register_by_its_connection, "zvt, serial", ("power/resync_after_decline",)),
    (zvt.tells_little, "zvt", ("host/reservations", "operator/one_of_two_alike")),
    (
        zvt.takes_its_time, "zvt",
        ("operator/taken_back", "operator/amount_edges", "operator/signed_off_while_owing"),
    ),
    (zvt.says_it_coarsely, "zvt, bytes only", ("reader/mute_chip", "data/settled_in_vain")),
    (zvt.tells_no_state_while_it_sells, "zvt", ("host/in_trouble_again",)),
    (zvt.hangs_up_after_failures, "zvt", ("host/void_unanswered", "operator/taken_back")),
    (zvt.prints_before_the_result, "zvt, printing", ("operator/copy_of_the_last",)),
    (
        other.asks_for_each_frame_twice, "frames",
        ("host/answer_declined", "operator/register_aborts"),
    ),
    (other.names_no_reason, "frames, bytes only", ("operator/register_aborts", "host/bad_mac")),
    (nexo.hangs_up_after_each_response, "nexo", ("host/reservations", "power/totals_after_cut")),
    (nexo.talks_in_between, "nexo", ("host/answer_sign_on_again", "host/response_lost")),
    (nexo.responds_twice, "nexo", ("operator/taken_back", "host/response_lost")),
    (nexo.says_little, "nexo, conditions only", ("host/void_unanswered", "host/answer_declined")),
)  # fmt: skip
#: Terminal, way -> items that need what it does not say: nobody can tell.
UNSURE: tuple[tuple[Plant, str, tuple[str, ...]], ...] = (
    (zvt.says_nothing_meanwhile, "zvt", ("host/register_cut_early",)),
    (other.names_no_reason, "frames, bytes only", ("ageing/batch_full", "reader/silent_chip")),
    (nexo.says_little, "nexo, conditions only", ("ageing/batch_full", "host/register_told_why")),
)


def rig_of(way: str, folder: Path) -> Path:
    """The virtual rig, whose register goes this way."""
    text = carried("rigs", "virtual.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("terminal:")]
    rig = folder / "way.yaml"
    rig.write_text("\n".join([*lines, f"terminal: {WAYS[way]}"]) + "\n", encoding="utf-8")
    return rig


def rows(table: tuple[tuple[Plant, str, tuple[str, ...]], ...]) -> list[tuple[Plant, str, str]]:
    """One for each terminal, way and story."""
    return [(plant, way, story) for plant, way, stories in table for story in stories]


@pytest.mark.parametrize(
    ("plant", "way", "story", "outcome"),
    [(*row, Outcome.PASS) for row in rows(PASSES)]
    + [(*row, Outcome.INCONCLUSIVE) for row in rows(UNSURE)],
)
def test_how_a_good_terminal_speaks_to_its_register_is_not_held_against_it(
    plant: Plant, way: str, story: str, outcome: Outcome, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What the protocol leaves open is its own."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: plant)

    verdict = play(story, tmp_path, rig_of(way, tmp_path), planted=True).verdict

    assert verdict.outcome is outcome, verdict.reason


@pytest.mark.parametrize(("counts", "good_enough"), [("trace", True), ("stan", False)])
@pytest.mark.parametrize("story", ["host/reservations", "operator/one_of_two_alike"])
def test_a_number_that_is_told_may_be_the_terminals_own(
    story: str, counts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, good_enough: bool
) -> None:
    """Whose profile says that it is the host's is held to that."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: other.counts_for_its_register)
    usual = carried("fixtures", "frames", "mispos_bcd.yaml").read_text(encoding="utf-8")
    profile = tmp_path / "profile.yaml"
    profile.write_text(usual.replace("name: stan,", f"name: {counts},"), encoding="utf-8")
    monkeypatch.setitem(WAYS, "own", WAYS["frames"].replace("mispos_bcd", f'"{profile}"'))

    verdict = play(story, tmp_path, rig_of("own", tmp_path), planted=True).verdict

    assert (verdict.outcome is Outcome.PASS) is good_enough, verdict.reason


@pytest.mark.parametrize("said", [False, True])
@pytest.mark.parametrize(
    "story",
    [
        "operator/totals_asked",
        "peripherals/register_has_it_tested",
        "signal/register_has_the_way_tried",
    ],
)
def test_a_function_that_a_terminal_has_not_is_none_it_fails_in(
    story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, said: bool
) -> None:
    """Where its ``zvt.yaml`` does not say so the bench is told where to say it."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: zvt.has_few_functions)
    words = tmp_path / "zvt.yaml"
    words.write_text("lacks: [self_test, diagnose, totals]" if said else "{}", encoding="utf-8")
    monkeypatch.setitem(WAYS, "zvt, few", WAYS["zvt"].replace("countertop", f'"{words}"'))

    verdict = play(story, tmp_path, rig_of("zvt, few", tmp_path), planted=True).verdict

    assert verdict.outcome is (Outcome.SKIPPED if said else Outcome.ERROR), verdict.reason
    assert said or "`lacks:`" in verdict.reason


@pytest.mark.parametrize("story", ["host/reservation_over_settlement", "power/totals_after_cut"])
def test_the_reference_is_as_good_by_nexo(story: str, tmp_path: Path) -> None:
    """Its reservations outlast the day; what moves nothing is asked again after a cut."""
    verdict = play(story, tmp_path, rig_of("nexo", tmp_path)).verdict

    assert verdict.outcome is Outcome.PASS, verdict.reason
