"""Files in; plain values, scenarios and rigs out.

Everything is checked here, at the door: behind it there are types and units and nothing unknown.
Every error says ``file:line:column: what was seen; what was wanted; the nearest word``, and all
errors of a file or a folder are told at once. How YAML is read is in ``source.py``.
"""

import pickle
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.errors import RigError, ScenarioError, UsageError
from harness.model.rig import RigFile
from harness.model.rigfile import read_rig
from harness.model.scenario import Scenario
from harness.model.scenariofile import check, item_of, listed
from harness.model.vary import points, put_in
from harness.model.words import WordError
from harness.source import Broken, Source, plain_of, read_source

PACKAGE = Path(__file__).parent


def carried(*parts: str) -> Path:
    """A path of what the project carries (``scenarios``, ``fixtures``, ``rigs``).

    In a checkout that is the folder beside ``harness/``; in an installed wheel it is the copy
    inside the package.
    """
    inside = PACKAGE / "carried"
    return (inside if inside.is_dir() else PACKAGE.parent).joinpath(*parts)


def fixture(*parts: str) -> Path:
    """A path below ``fixtures/``."""
    return carried("fixtures", *parts)


def read_plain(path: Path) -> Any:
    """A YAML file as plain dicts, lists and scalars, without places.

    Raises:
        ValueError: It is no YAML; the text has the place.
    """
    return pickle.loads(_parsed(path, path.stat().st_mtime_ns))  # noqa: S301 - made just below


@lru_cache(maxsize=256)
def _parsed(path: Path, _changed: int) -> bytes:
    """Personalities are large and every item reads them again: parse each once.

    Kept as what a copy is soonest made of.
    """
    return pickle.dumps(plain_of(path))


def load_rig(path: Path) -> RigFile:
    """A rig file; raises RigError with every error in it."""
    source = _read(path, RigError)
    errors: list[WordError] = []
    rig = read_rig(source.plain, str(path), errors)
    if rig is None or errors:
        raise RigError(*_once(map(source.told, errors)))
    return rig


@lru_cache
def load_requirements(path: Path | None = None) -> Mapping[str, str]:
    """Requirement id -> its statement; raises ScenarioError."""
    source = _read(path or carried("scenarios", "requirements.yaml"), ScenarioError)
    plain = source.plain
    if not isinstance(plain, dict) or not all(isinstance(one, str) for one in plain.values()):
        raise ScenarioError(f"{source.path}:1:1: wanted requirement ids with one text each")
    return plain


@lru_cache
def load_catalogue(path: Path | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Catalogue id -> ``shows`` (a text) and ``covers`` (requirement ids); raises ScenarioError."""
    source = _read(path or fixture("catalogue.yaml"), ScenarioError)
    plain = source.plain
    if not isinstance(plain, dict) or not all(
        isinstance(one, dict) and {"shows", "covers"} <= set(one) for one in plain.values()
    ):
        raise ScenarioError(f"{source.path}:1:1: wanted ids with `shows` and `covers` each")
    return plain


def load_scenarios(path: Path) -> list[Scenario]:
    """The items of a file, or of a folder and all below it, in order of their paths.

    Raises:
        ScenarioError: Something is wrong; all errors of all files are told, one per line.
    """
    found: list[Scenario] = []
    errors: list[str] = []
    files = _scenario_files(path) if path.is_dir() else [path]
    for file in files:
        try:
            found += _items(_read(file, ScenarioError), load_requirements())
        except ScenarioError as error:
            errors += map(str, error.args)
    if errors:
        raise ScenarioError(*errors)
    return found


def _scenario_files(folder: Path) -> list[Path]:
    files = [
        file
        for file in sorted(folder.rglob("*.y*ml"))
        if file.suffix in (".yaml", ".yml")
        and file.name != "requirements.yaml"
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    ]
    if not files:
        raise ScenarioError(f"{folder}: no scenario (*.yaml) in this folder")
    return files


def _read(path: Path, wrong: Callable[[str], UsageError]) -> Source:
    try:
        return read_source(path)
    except Broken as error:
        raise wrong(str(error)) from None


def _items(source: Source, requirements: Mapping[str, str]) -> list[Scenario]:
    if not isinstance(source.plain, dict):
        raise ScenarioError(f"{source.path}:1:1: wanted a scenario's keys: id, story, when, ...")
    own = {key: value for key, value in source.plain.items() if key != "vary"}
    own = listed(own)
    try:
        return _points(source, own, requirements)
    except WordError as error:
        raise ScenarioError(source.told(error)) from None


def _points(source: Source, own: Any, requirements: Mapping[str, str]) -> list[Scenario]:
    items: list[Scenario] = []
    used: set[str] = set()
    varied = points(source.plain.get("vary"))
    for point in varied:
        plain = put_in(own, point, used=used)
        errors = list(check(plain, requirements))
        if errors:  # of the first bad point only: the others repeat it
            raise ScenarioError(*_once(map(source.told, errors)))
        items.append(item_of(plain, point, str(source.path), source.lines()))
    for name in varied[0]:
        if name not in used:
            raise WordError(("vary", name), f"${name} is used nowhere", at_key=True)
    return items


def _once(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))
