"""``harness presets`` and what ``check`` and ``run`` say of a preset that a rig cannot make."""

import json
from pathlib import Path

import pytest

from harness import runner
from harness.cli import main
from harness.files import carried, load_scenarios
from harness.model.presets import PRESETS
from harness.model.verdict import Outcome

STORY = """\
id: P-2
story: A preset.
covers: [E3]
given: {terminal: ready}
when:
  - inject: {power_preset: PRESET}
then:
  recovers: {to: ready, within: 150 s}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scenario, and a rig without a switch whose supply is limited to 6 V."""
    monkeypatch.chdir(tmp_path)
    rig = carried("rigs", "virtual.yaml").read_text(encoding="utf-8")
    lines = [line for line in rig.splitlines() if not line.startswith("switch:")]
    text = "\n".join(lines).replace("voltage: 6.6 V", "voltage: 6 V")
    assert "voltage: 6 V" in text
    (tmp_path / "rig.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def write(here: Path, preset: str) -> Path:
    """A scenario with this preset."""
    folder = here / "scenarios" / "power"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "preset.yaml"
    path.write_text(STORY.replace("PRESET", preset), encoding="utf-8")
    return path


def test_all_presets_are_listed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people with parameters and standard, for programs as JSON."""
    assert main(["presets"]) == 0
    told = capsys.readouterr().out
    assert main(["presets", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)

    assert all(name in told for name in PRESETS)
    assert "IEC 61000-4-29" in told
    assert "(unconfirmed)" in told
    assert [row["preset"] for row in rows] == list(PRESETS)
    assert all("here" not in row for row in rows)


def test_with_a_rig_each_is_made_or_refused_by_name(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How it would be made; or why it cannot, for each of the standard's own values."""
    assert main(["presets", "--rig", "rig.yaml", "--json"]) == 0
    rows = {row["preset"]: row["here"] for row in json.loads(capsys.readouterr().out)}
    assert main(["presets", "--rig", "rig.yaml", "dip_40", "interrupt_open"]) == 0
    told = capsys.readouterr().out

    assert [one["how"] for one in rows["dip_40"]] == ["list"] * 3 + ["host"] * 2
    assert all("switch in the supply line" in one["refused"] for one in rows["interrupt_open"])
    assert "goes up to 6 V" in rows["variation_85_120"][0]["refused"]
    assert "dip_40 lasting 100 ms" in told
    assert "refused: interrupt_open of 1 ms needs a switch" in told
    assert "slow_brownout" not in told


def test_an_unknown_name_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest one."""
    assert main(["presets", "dip_4"]) == 2
    assert "did you mean 'dip_40'" in capsys.readouterr().err


def test_check_names_what_the_rig_cannot_make(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file, the fault, the reason; a preset that can be made is not named."""
    write(here, "plug_bounce")
    assert main(["check", "--rig", "rig.yaml"]) == 0
    told = capsys.readouterr().out
    write(here, "dip_70")
    assert main(["check", "--rig", "rig.yaml"]) == 0

    assert "would be skipped: scenarios/power/preset.yaml: fault power_preset: plug_bounce" in told
    assert "would be skipped" not in capsys.readouterr().out


def test_check_refuses_a_preset_with_a_wrong_parameter(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With file, line and the parameters it has."""
    write(here, "{preset: dip_40, closings: 3}")

    assert main(["check", "--rig", "rig.yaml"]) == 2
    said = capsys.readouterr().err
    assert "preset.yaml:6:" in said
    assert "dip_40 has no parameter 'closings'" in said


@pytest.mark.parametrize("preset", ["plug_bounce", "variation_80_120", "ac_70_25"])
def test_a_refused_preset_is_skipped_and_nothing_is_energised(here: Path, preset: str) -> None:
    """SKIPPED with the reason, before anything was opened."""
    (item,) = load_scenarios(write(here, preset))
    with runner.Session(rig=here / "rig.yaml", out=here / "out") as session:
        played = session.play(item)

    assert played.verdict.outcome is Outcome.SKIPPED
    assert preset in played.skipped
    assert len(played.trace) == 0


def test_protection_is_armed_above_what_the_story_asks_for(here: Path) -> None:
    """120 % of nominal does not trip the supply of a rig that allows it."""
    (item,) = load_scenarios(write(here, "{preset: variation_80_120, repeat: 1}"))
    with runner.Session(rig=carried("rigs", "virtual.yaml"), out=here / "out") as session:
        played = session.play(item)

    assert played.verdict.outcome is Outcome.PASS
    assert not played.trace.of("tripped")
    assert max(row["volts"] for row in played.trace.of("measured")) > 5.9
    assert played.verdict.performance is not None


def test_a_power_item_has_its_class_and_its_drawing(here: Path) -> None:
    """In verdicts.json, and in the dossier with the voltage asked, uploaded and achieved."""
    (item,) = load_scenarios(write(here, "{preset: dip_40, repeat: 1}"))
    with runner.Session(rig=here / "rig.yaml", out=here / "out") as session:
        session.play(item)
        dossier = session.finish().read_text(encoding="utf-8")

    (row,) = json.loads((here / "out" / "verdicts.json").read_text(encoding="utf-8"))["runs"]
    assert row["performance"]["class"] == "b"
    assert "Performance class <b>b</b>" in dossier
    for curve in ("asked", "uploaded", "achieved"):
        assert f'class="{curve}"' in dossier
