"""A YAML file and its places; how a broken one is told is in ``test_files.py``."""

from pathlib import Path

from harness.source import read_source


def test_places_are_known_for_every_value(tmp_path: Path) -> None:
    """Each value and each key has its line and column, from 1."""
    path = tmp_path / "file.yaml"
    path.write_text("a:\n  b: [1, two]\n", encoding="utf-8")

    source = read_source(path)

    assert source.plain == {"a": {"b": [1, "two"]}}
    assert source.keys[("a", "b")] == (2, 3)
    assert source.values[("a", "b", 1)] == (2, 10)
