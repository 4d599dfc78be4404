"""Good terminals that are not the reference: none may FAIL, and what can be shown of them is."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.files import carried
from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.runner import Session
from harness.source import plain_of
from harness.tests.sim.good import good_terminals as good
from harness.tests.sim.good import zvt_terminals as zvt

#: Terminal -> items that it must pass.
PASSES: tuple[tuple[good.Plant, tuple[str, ...]], ...] = (
    (good.reverses_before_the_next_sale, ("data/exhausted_before_answer", "host/late_answer")),
    (good.reverses_at_once, ("host/spoilt_answer", "host/bad_mac", "host/reservations")),
    (good.dials_for_each_message, ("host/slow_answer", "host/answer_declined")),
    (good.prints_two_receipts, ("operator/copy_asked_for", "peripherals/printer_not_ready")),
    (good.prints_refusals, ("host/answer_declined", "operator/copy_of_the_last")),
    (good.counts_receipts_by_batch, ("host/settlement_lost", "operator/taken_back")),
    (good.logs_the_display_first, ("reader/pulled_after_approval",)),
    (good.reverses_before_the_next_sale, ("host/void_unanswered",)),
    (good.shows_three_seconds_late, ("ageing/flash_nearly_full",)),
    (good.blinks_otherwise, ("peripherals/lights_tell_the_truth",)),
    (good.sends_refunds_afterwards, ("ageing/batch_full", "operator/totals_asked")),
    (good.logs_what_was_done_last, ("operator/sold_by_keys",)),
    (
        zvt.hangs_up_after_each_command,
        ("host/void_unanswered", "operator/taken_back", "signal/register_has_the_way_tried"),
    ),
)
#: Terminal -> items that need what it does not do: nobody can say.
UNSURE: tuple[tuple[good.Plant, tuple[str, ...]], ...] = (
    (
        good.reverses_before_the_next_sale,
        ("host/reversal_at_second_host", "power/resync_after_undone"),
    ),
)


def play(story: str, folder: Path, rig: Path | None = None, *, planted: bool = False) -> Played:
    """The story's first item."""
    rig = rig or carried("rigs", "virtual.yaml")
    defects = ("good",) if planted else ()
    with Session(rig=rig, out=folder / "out", defects=defects) as session:
        items = session.items([carried("scenarios", *f"{story}.yaml".split("/"))])
        return session.play(items[0])


def rows(table: tuple[tuple[good.Plant, tuple[str, ...]], ...]) -> list[tuple[good.Plant, str]]:
    """One for each terminal and story."""
    return [(plant, story) for plant, stories in table for story in stories]


@pytest.mark.parametrize(("plant", "story"), rows(PASSES))
def test_a_good_terminal_passes(
    plant: good.Plant, story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does what the rules want in another way."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: plant)

    verdict = play(story, tmp_path, planted=True).verdict

    assert verdict.outcome is Outcome.PASS, verdict.reason


@pytest.mark.parametrize(("plant", "story"), rows(UNSURE))
def test_what_a_good_terminal_does_at_another_time_is_not_held_against_it(
    plant: good.Plant, story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story waits for what comes before, or later; it shows nothing then."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: plant)

    verdict = play(story, tmp_path, planted=True).verdict

    assert verdict.outcome is Outcome.INCONCLUSIVE, verdict.reason


# --- the reference, by fewer words ----------------------------------------------------------------

#: What many terminals' logs do not say.
UNSAID = {"printing", "printed", "light", "prompt", "shown", "reversal_sent",
          "reversal_done", "cleared", "approved", "declined", "answer_received"}  # fmt: skip


def console_words() -> dict[str, Any]:
    """What the reference's log means, to be told otherwise."""
    plain: dict[str, Any] = plain_of(carried("fixtures", "terminal", "countertop", "console.yaml"))
    return plain


def lean_rig(folder: Path, plain: dict[str, Any] | None = None, *, own_codes: bool = True) -> Path:
    """The virtual rig with a log of few words, or of these; and a register with ZVT's codes."""
    words = folder / "console.yaml"
    if plain is None:
        plain = console_words()
        plain["lines"] = [row for row in plain["lines"] if row["kind"] not in UNSAID]
    words.write_text(json.dumps(plain), encoding="utf-8")
    (folder / "zvt.yaml").write_text('own: {sign_off: "0F02"}', encoding="utf-8")
    text = carried("rigs", "virtual.yaml").read_text(encoding="utf-8")
    usual = 'console", personality: countertop'
    text = text.replace(usual, f'console", personality: "{words}"')
    if not own_codes:
        text = text.replace(
            "CNY, personality: countertop", f'CNY, personality: "{folder}/zvt.yaml"'
        )
    rig = folder / "lean.yaml"
    rig.write_text(text, encoding="utf-8")
    return rig


@pytest.mark.parametrize(
    ("story", "outcome"),
    [
        ("host/bad_mac", Outcome.PASS),
        ("ageing/replaced_by_a_spare", Outcome.PASS),
        ("ageing/flash_nearly_full", Outcome.INCONCLUSIVE),
        ("operator/sold_by_keys", Outcome.INCONCLUSIVE),
        ("signal/cut_points_of_the_line", Outcome.PASS),
    ],
)
def test_a_log_of_few_words_is_no_failure(story: str, outcome: Outcome, tmp_path: Path) -> None:
    """Receipts, prompts and lights that it does not tell of are open questions."""
    verdict = play(story, tmp_path, lean_rig(tmp_path)).verdict

    assert verdict.outcome is outcome, verdict.reason


@pytest.mark.parametrize(("counts", "good_enough"), [("own", True), ("host", False)])
def test_a_trace_number_may_count_for_itself(
    counts: str, good_enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose file says that it is the host's is held to that."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: zvt.counts_for_its_register)
    text = carried("fixtures", "terminal", "countertop", "zvt.yaml").read_text(encoding="utf-8")
    (tmp_path / "zvt.yaml").write_text(text.replace("trace: host", f"trace: {counts}"))
    rig = tmp_path / "rig.yaml"
    usual = carried("rigs", "virtual.yaml").read_text(encoding="utf-8")
    rig.write_text(usual.replace("CNY, personality: countertop",
                                 f'CNY, personality: "{tmp_path}/zvt.yaml"'))  # fmt: skip

    verdict = play("host/reservations", tmp_path, rig, planted=True).verdict

    assert (verdict.outcome is Outcome.PASS) is good_enough, verdict.reason


def test_a_receipt_is_known_by_its_amount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its log does not say of which trace number it is."""
    monkeypatch.setattr(
        "harness.sim.planted.find", lambda *_, **__: good.logs_receipts_without_numbers
    )
    plain = console_words()
    for row in plain["lines"]:
        if " prn:" in row["match"]:
            row["match"] = row["match"].replace(r" stan=(?P<stan_int>\d+)", "")

    rig = lean_rig(tmp_path, plain)
    verdict = play("operator/copy_of_the_last", tmp_path, rig, planted=True).verdict

    assert verdict.outcome is Outcome.PASS, verdict.reason


@pytest.mark.parametrize(
    ("story", "outcome"),
    [("data/settled_in_vain", Outcome.PASS), ("data/sale_while_exhausted", Outcome.INCONCLUSIVE)],
)
def test_a_register_without_a_code_for_the_cause_is_no_failure(
    story: str, outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal without TLV says ``no connection``: ZVT has nothing nearer."""
    monkeypatch.setattr("harness.sim.planted.find", lambda *_, **__: zvt.has_bytes_only)

    verdict = play(story, tmp_path, lean_rig(tmp_path, own_codes=False), planted=True).verdict

    assert verdict.outcome is outcome, verdict.reason


@pytest.mark.parametrize(
    "story",
    [
        "host/deaf_host", "host/refund_unanswered", "operator/copy_of_the_last",
        "data/expired_and_empty", "power/preset_profiles",
    ],
)  # fmt: skip
def test_a_bench_without_a_console_is_no_failure(story: str, tmp_path: Path) -> None:
    """A register alone hears what it asks for; what only a log tells is an open question."""
    text = carried("rigs", "virtual.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("console:")]
    rig = tmp_path / "deaf.yaml"
    rig.write_text("\n".join(lines) + "\n", encoding="utf-8")

    verdict = play(story, tmp_path, rig).verdict

    assert verdict.outcome is Outcome.INCONCLUSIVE, verdict.reason
