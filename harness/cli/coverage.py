"""``harness scenarios --coverage``: what is shown by what, on which rig, and what by nothing."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from harness.engine.needs import missing, refused
from harness.files import carried, load_catalogue, load_requirements, load_rig
from harness.model.coverage import Coverage, Plays, Row, coverage
from harness.model.means import Means
from harness.model.scenario import Scenario
from harness.rig.abilities import means_of_rig
from harness.rig.casting import driver_class

#: Scenario files shown per row; --json has them all.
SHOWN = 3


def every_class() -> list[Path]:
    """The carried virtual rigs, one for each class of terminal; the usual one first."""
    usual = carried("rigs", "virtual.yaml")
    return [usual, *sorted(set(usual.parent.glob("virtual_*.yaml")))]


def show_coverage(items: Sequence[Scenario], rigs: Sequence[Path], *, as_json: bool) -> int:
    """Print the matrix; 0 where nothing is missing, else 1."""
    can = dict(map(_rig, rigs))
    found = coverage(items, load_requirements(), load_catalogue(), can)
    if as_json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False, indent=1))
    else:
        _show(found, list(can))
    return 1 if found.gaps else 0


def _rig(path: Path) -> tuple[str, Plays]:
    rig = load_rig(path)
    drivers = [driver_class(device) for device in rig.devices.values()]
    return rig.name, partial(_plays, drivers, means_of_rig(rig))


def _plays(drivers: Sequence[object], means: Means, item: Scenario) -> bool:
    return not missing(item, drivers, means.facts) and not refused(item, means)


def _plain(found: Coverage) -> dict[str, object]:
    def rows(of: Sequence[Row]) -> list[dict[str, object]]:
        return [
            {"id": row.name, "says": row.says, "scenarios": list(row.scenarios),
             "on": dict(row.on)}
            for row in of
        ]  # fmt: skip

    return {
        "requirements": rows(found.requirements), "catalogue": rows(found.catalogue),
        "gaps": found.gaps,
    }  # fmt: skip


def _show(found: Coverage, rigs: Sequence[str]) -> None:
    for title, rows in (("requirement", found.requirements), ("catalogue", found.catalogue)):
        click.echo("  ".join([f"{title:<11}", *rigs, "scenarios"]))
        for row in rows:
            files = ", ".join(row.scenarios[:SHOWN])
            more = f" and {len(row.scenarios) - SHOWN} more" if len(row.scenarios) > SHOWN else ""
            on = [f"{row.on[rig] or '-':>{len(rig)}}" for rig in rigs]
            click.echo("  ".join([f"{row.name:<11}", *on, (files + more) or row.says]))
        click.echo("")
    for gap in found.gaps:
        click.echo(f"{click.style('GAP', fg='red')} {gap}")
    for rig in rigs:
        bare = [row.name for row in found.requirements if not row.on[rig]]
        if bare:
            click.echo(f"rig {rig} can show nothing of: {' '.join(bare)}")
    shown = [sum(not row.is_gap for row in rows) for rows in (found.requirements, found.catalogue)]
    click.echo(
        f"{shown[0]} of {len(found.requirements)} requirements and {shown[1]} of"
        f" {len(found.catalogue)} ids of the catalogue have a scenario"
    )
