"""Every model of supply powers the terminal through a few stories: it passes, or says why not."""

from pathlib import Path

import pytest

from harness.files import carried, fixture, read_plain
from harness.model.verdict import Outcome
from harness.runner import Session

#: Model -> the channel that can feed a terminal, where it is not the first: 6 V outputs, weak ones.
CHANNELS = {"2230-30-1": 3, "e36313a": 2}
STORIES = ("preset_sweep", "cut_points", "preset_variations")
MODELS = sorted(folder.name for folder in fixture("supply").iterdir() if folder.is_dir())
REASONS = ("needs", "goes up to", "above", "limit")  # one of them is in every refusal


def _rig(folder: Path, model: str) -> Path:
    """The virtual rig with another supply."""
    language = read_plain(fixture("supply", model, "personality.yaml"))["language"]
    channel = CHANNELS.get(model, 1)
    lines = carried("rigs", "virtual.yaml").read_text("utf-8").splitlines()
    changed = {
        "bench:": f"bench: {{terminal: countertop, supply: {model}, channel: {channel}}}",
        "supply:": f'supply: {{driver: {language}, address: "sim://supply", channel: {channel}, '
        "limits: {voltage: 6.6 V, current: 2 A}}",
    }
    path = folder / "rig.yaml"
    path.write_text("\n".join(changed.get(line.split(" ")[0], line) for line in lines), "utf-8")
    return path


@pytest.mark.parametrize("model", MODELS)
def test_a_few_stories_of_power(tmp_path: Path, model: str) -> None:
    """An item of two of the three, others for each model: PASS, or SKIPPED with the reason."""
    turn = MODELS.index(model)
    with Session(rig=_rig(tmp_path, model), out=tmp_path / "out") as session:
        for story in (*STORIES[: turn % 3], *STORIES[turn % 3 + 1 :]):
            items = session.items([carried("scenarios", "power", f"{story}.yaml")])
            item = items[turn * len(items) // len(MODELS)]
            verdict = session.play(item).verdict
            assert verdict.outcome in (Outcome.PASS, Outcome.SKIPPED), (item.name, verdict.reason)
            if verdict.outcome is Outcome.SKIPPED:
                assert any(word in verdict.reason for word in REASONS), verdict.reason
