"""``harness check``, ``scenarios`` and ``schema``: look, and run nothing."""

import dataclasses
import inspect
import json
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import click

from harness.cli import options
from harness.cli.coverage import every_class, show_coverage
from harness.engine.needs import missing, refused
from harness.engine.steps import STEPS
from harness.errors import UsageError
from harness.files import load_rig, load_scenarios
from harness.model import words
from harness.model.scenario import Scenario
from harness.report.verdicts import SCHEMA
from harness.rig.abilities import means_of_rig, mistakes
from harness.rig.casting import driver_class


@click.command()
@options.paths
@options.rig
def check(paths: tuple[Path, ...], rig: Path | None) -> None:
    """Find every error in scenario and rig files; run nothing.

    \b
    harness check                                  the catalogue and the virtual rig
    harness check scenarios/power --rig rigs/lab.yaml

    An error names file, line and column. What the rig cannot play is told, too: it would be
    skipped.
    """
    wrong: list[str] = []
    items: list[Scenario] = []
    for path in options.paths_or_catalogue(paths):
        try:
            items += load_scenarios(path)
        except UsageError as error:
            wrong.append(str(error))
    lacks: dict[tuple[str, str], list[str]] = {}  # (file, reasons) -> items
    try:
        read = load_rig(options.rig_or_virtual(rig))
        wrong += [f"{read.path}: {one}" for one in mistakes(read)]
        drivers = [driver_class(device) for device in read.devices.values()]
        means = means_of_rig(read)
        for item in items:
            reasons = missing(item, drivers, means.facts) or refused(item, means)
            if reasons:
                lacks.setdefault((item.path, "; ".join(reasons)), []).append(item.name)
    except UsageError as error:
        wrong.append(str(error))
    if wrong:
        raise UsageError("\n".join(wrong))
    for (path_, reason), names in lacks.items():
        of = f" ({len(names)} items)" if len(names) > 1 else ""
        click.echo(f"would be skipped: {path_}: {reason}{of}")
    files = len({item.path for item in items})
    click.echo(f"ok: {files} scenarios, {len(items)} items, rig {read.name}")


@click.command()
@options.paths
@options.tags
@options.as_json
@click.option("--coverage", "covered", is_flag=True,
              help="Which requirement and which id of the catalogue is shown by which scenario, on "
              "which rig; ends with 1 where one has none.")  # fmt: skip
@options.rig
@click.option("--faults", is_flag=True, help="The words of `inject`, with their keys.")
@click.option("--words", "all_words", is_flag=True, help="Every word of the scenario language.")
@click.pass_context
def scenarios(
    ctx: click.Context,
    paths: tuple[Path, ...],
    rig: Path | None,
    tags: tuple[str, ...],
    *,
    as_json: bool,
    covered: bool,
    faults: bool,
    all_words: bool,
) -> None:
    """List scenarios, or the words they are written in.

    \b
    harness scenarios --tag power
    harness scenarios --faults
    harness scenarios --coverage                    on the virtual rig of every terminal class
    """
    if faults or all_words:
        rows = _vocabulary(only_faults=not all_words)
    else:
        found = [one for path in options.paths_or_catalogue(paths) for one in load_scenarios(path)]
        kept = [one for one in found if not tags or set(tags) & {*one.tags, one.family}]
        if covered:
            ctx.exit(show_coverage(kept, [rig] if rig else every_class(), as_json=as_json))
        rows = _listed(kept)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(_line(row))


def _listed(items: list[Scenario]) -> list[dict[str, Any]]:
    points = Counter(item.path for item in items)
    first = {item.path: item for item in reversed(items)}
    return [
        {
            "id": first[path].id, "scenario": f"{first[path].family}/{Path(path).stem}",
            "items": count, "covers": list(first[path].covers), "tags": list(first[path].tags),
            "story": first[path].story, "path": path,
        }
        for path, count in points.items()
    ]  # fmt: skip


#: Where the words live -> (package, entry point group).
_HOMES = {
    "inject": ("harness.faults", "harness.faults"),
    "then": ("harness.judge", "harness.judges"),
    "always": ("harness.judge.invariants", ""),
}


def _vocabulary(*, only_faults: bool) -> list[dict[str, Any]]:
    rows = [] if only_faults else [_word("when", word, kind) for word, kind in STEPS.items()]
    for place, (package, group) in _HOMES.items():
        if place == "inject" or not only_faults:
            rows += [
                _word(place, word, words.find(package, word, group=group))
                for word in words.words_in(package, group)
            ]
    return rows


def _word(place: str, word: str, kind: Any) -> dict[str, Any]:
    said = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")
    rows = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    hints = typing.get_type_hints(kind) if rows else {}
    keys = [words.key_of(row) for row in rows if row.init and not row.name.startswith("_")]
    return {
        "place": place, "word": word, "keys": keys, "says": said,
        "invariants": list(getattr(kind, "NUMBERS", ())),
        "stands_for": list(getattr(kind, "STANDS_FOR", ())),
        "choices": {key: found for key in keys if (found := _choices(hints.get(key)))},
    }  # fmt: skip


def _choices(hint: Any) -> list[Any]:
    """The words of a ``Literal``, or of one that may be left out."""
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    return [word for one in typing.get_args(hint) for word in _choices(one)]


def _line(row: dict[str, Any]) -> str:
    if "word" in row:
        keys = f"{{{', '.join(row['keys'])}}}" if row["keys"] else ""
        words_of = (f"{key}: {' | '.join(map(str, of))}" for key, of in row["choices"].items())
        numbers = ", ".join(map(str, row["invariants"]))
        stands = ", ".join(row["stands_for"])
        says = [
            row["says"], *words_of, *([f"invariant {numbers}"] if numbers else []),
            *([f"stands for {stands}"] if stands else []),
        ]  # fmt: skip
        return "\n          ".join([f"{row['place']:<7} {row['word']} {keys}".rstrip(), *says])
    many = f" x{row['items']}" if row["items"] > 1 else ""
    return f"{row['id']:<5} {row['scenario'] + many:<44} {' '.join(row['covers'])}"


@click.command()
@click.argument(
    "which", type=click.Choice(["scenario", "rig", "verdicts"]), default="scenario",
    metavar="[scenario|rig|verdicts]",
)  # fmt: skip
def schema(which: str) -> None:
    """Print a JSON Schema: of scenarios, rigs or verdicts.json.

    \b
    harness schema > scenarios/schema.json
    and as a scenario's first line, for completion in your editor:
    # yaml-language-server: $schema=../schema.json
    """
    click.echo(json.dumps(schema_of(which), ensure_ascii=False, indent=1))


def schema_of(which: str) -> dict[str, Any]:
    """``scenario``, ``rig`` or ``verdicts``."""
    if which == "verdicts":
        return SCHEMA
    from harness.model.schema import rig_schema, scenario_schema

    return scenario_schema() if which == "scenario" else rig_schema()
