"""``harness links``, and what ``check`` says of a link that nobody has."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.faults._profiles import patterns, profiles

STORY = """\
id: A-2
story: A link.
covers: [A2]
given: {terminal: ready}
when:
  - inject: {network_profile: LINK}
then:
  recovers: {to: ready, within: 150 s}
"""


def test_all_are_listed_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON."""
    assert main(["links"]) == 0
    text = capsys.readouterr().out
    assert main(["links", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)

    assert [row["name"] for row in rows] == [*profiles(), *patterns()]
    assert all(row["story"] in text and row["source"] in text for row in rows)
    assert text.startswith("--- inject: {network_profile: {profile: NAME}}\n")
    assert text.count("--- inject: {signal_fade: {pattern: NAME}}\n") == 1
    assert "1 gap," in text
    assert "1 gaps" not in text
    assert "nb_iot_deep    NB-IoT in a cellar, with many repetitions (unconfirmed)" in text


def test_some_are_listed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """One that nobody has is told with the nearest."""
    assert main(["links", "gprs", "tunnel", "--json"]) == 0
    gprs, tunnel = json.loads(capsys.readouterr().out)
    assert gprs["up"] == {
        "rate": 20000.0, "delay": 0.3, "jitter": 0.1, "queue": 5000, "loss": 0.01
    }  # fmt: skip
    assert tunnel["gaps"] == [[2, 62]]

    assert main(["links", "gprss"]) == 2
    assert "did you mean 'gprs'" in capsys.readouterr().err


def test_check_names_the_link_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With file, line and column."""
    monkeypatch.chdir(tmp_path)
    story = tmp_path / "scenarios" / "data" / "link.yaml"
    story.parent.mkdir(parents=True)
    story.write_text(STORY.replace("LINK", "lte_cat_1"), encoding="utf-8")

    assert main(["check", str(story)]) == 2
    told = capsys.readouterr().err
    assert "link.yaml:6:" in told
    assert "did you mean 'lte_cat1'" in told
