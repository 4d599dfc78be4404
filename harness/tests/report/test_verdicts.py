"""verdicts.json and its schema."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.report import verdicts

Play = Callable[..., Played]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_verdict_is_written_as_the_schema_says(
    play: Play, tmp_path: Path, outcome: Outcome
) -> None:
    """The written file is valid against the published schema, whatever the verdict."""
    path = verdicts.write([play(outcome)], rig="virtual", out=tmp_path)

    plain = json.loads(path.read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(verdicts.SCHEMA)
    jsonschema.validate(plain, verdicts.SCHEMA)
    assert plain["runs"][0]["verdict"] == outcome.name


def test_the_keys_that_scripts_rely_on_are_there(play: Play, tmp_path: Path) -> None:
    """Version 1: these keys, these meanings."""
    plain = verdicts.document([play(Outcome.FAIL)], rig="virtual", out=tmp_path)

    run = plain["runs"][0]

    assert (plain["schema"], plain["rig"]) == (1, "virtual")
    assert run["id"] == "P-2"
    assert run["scenario"] == "dip_mid_sale"
    assert run["covers"] == ["E3", "F1"]
    assert run["folder"] == "power-dip_mid_sale"
    assert run["simulated_s"] == 62.0
    late = run["clauses"][1]
    assert late["verdict"] == "FAIL"
    assert (late["budget_s"], late["measured_s"]) == (5.0, 10.8)
    assert all(isinstance(n, int) and n > 0 for n in late["evidence"])


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("verdict", "MAYBE"), ("covers", "E3"), ("clauses", None), ("simulated_s", "62 s")],
)
def test_the_schema_refuses_what_it_should(
    play: Play, tmp_path: Path, key: str, wrong: object
) -> None:
    """A schema that accepts anything would prove nothing."""
    plain = verdicts.document([play()], rig="virtual", out=tmp_path)
    plain["runs"][0][key] = wrong

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, verdicts.SCHEMA)


def test_a_full_disk_leaves_the_old_file_whole(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writing that breaks off half way does not leave half a document."""
    path = verdicts.write([play()], rig="virtual", out=tmp_path)
    before = path.read_text(encoding="utf-8")

    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        verdicts.write([play(Outcome.FAIL)], rig="virtual", out=tmp_path)

    assert path.read_text(encoding="utf-8") == before
