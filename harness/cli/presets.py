"""``harness presets``: the presets of unstable power, and how a rig would make each."""

import json
from pathlib import Path
from typing import Any

import click

from harness.cli import options
from harness.errors import NotSupported, UsageError
from harness.faults.power_preset import PowerPreset
from harness.files import load_rig
from harness.model.means import Means
from harness.model.presets import PRESETS, Parameter, Preset
from harness.model.words import nearest
from harness.rig.abilities import means_of_rig


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.rig
@options.as_json
def presets(names: tuple[str, ...], rig: Path | None, *, as_json: bool) -> None:
    """List the presets of unstable power; with a rig, how it would make each, or why it cannot.

    \b
    harness presets                            names, parameters, standards
    harness presets --rig rigs/lab.yaml        what this bench can do
    harness presets dip_40 --rig rigs/lab.yaml --json

    With a rig, each of a preset's own values is tried: `dip_40 lasting 10 ms`.
    """
    for name in names:
        if name not in PRESETS:
            raise UsageError(f"no preset {name!r}{nearest(name, PRESETS)}")
    means = means_of_rig(load_rig(rig)) if rig else None
    rows = [_row(one, means) for name, one in PRESETS.items() if not names or name in names]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        for line in _lines(row):
            click.echo(line)


def _row(preset: Preset, means: Means | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "preset": preset.name, "says": preset.says, "standard": preset.source,
        "confirmed": preset.confirmed, "needs": preset.needs,
        "parameters": {name: _parameter(one) for name, one in preset.parameters.items()},
    }  # fmt: skip
    if means is not None:
        row["here"] = [_tried(preset, name, value, means) for name, value in _values(preset)]
    return row


def _parameter(one: Parameter) -> dict[str, Any]:
    default: Any = [str(value) for value in one.default] if isinstance(one.default, tuple) else (
        None if one.default is None else str(one.default)
    )  # fmt: skip
    return {"default": default, "least": one.least, "most": one.most,
            "listed": [str(value) for value in one.listed]}  # fmt: skip


def _values(preset: Preset) -> list[tuple[str, Any]]:
    """The values of its standard that are worth a try each: its lengths, or its depths."""
    for name in ("lasting", "depth", "hold"):
        listed = preset.parameters[name].listed if name in preset.parameters else ()
        if len(listed) > 1:
            return [(name, value) for value in listed]
    return [("", None)]


def _tried(preset: Preset, name: str, value: Any, means: Means) -> dict[str, Any]:
    key = {"lasting": "stay"}.get(name, name)
    fault = PowerPreset(preset.name, **({key: value} if name else {}))
    tried = {"with": f"{name} {value}" if name else ""}
    try:
        made = fault.planned(means)
    except NotSupported as why:
        return {**tried, "how": None, "refused": str(why)}
    return {**tried, "how": made.how, "made": str(made), "refused": None}


def _lines(row: dict[str, Any]) -> list[str]:
    doubt = "" if row["confirmed"] else " (unconfirmed)"
    if "here" in row:
        return [_here(row["preset"], one) for one in row["here"]]
    keys = ", ".join(_key(name, one) for name, one in row["parameters"].items())
    return [
        f"{row['preset']:<18} {row['says']}",
        f"{'':<18} {row['standard']}{doubt}; needs {row['needs']}",
        *([f"{'':<18} {{{keys}}}"] if keys else []),
    ]


def _key(name: str, one: dict[str, Any]) -> str:
    default = ", ".join(one["default"]) if isinstance(one["default"], list) else one["default"]
    listed = f" of {' | '.join(one['listed'])}" if len(one["listed"]) > 1 else ""
    return f"{name}: {default or '-'}{listed}"


def _here(name: str, one: dict[str, Any]) -> str:
    """One line: the preset with the value tried, and what comes of it."""
    tried = one["with"]
    said = f"refused: {one['refused']}" if one["refused"] else one["made"]
    return f"{f'{name} {tried}'.strip():<36} {said}"
