"""``harness init``: everything for a first run, in a folder of your own."""

import json
import shutil
from pathlib import Path

import click

from harness.cli import options
from harness.cli.look import schema_of
from harness.files import carried

STARTER = Path(__file__).parent / "starter"
#: Rig -> its terminal, besides the usual ones.
OTHERS = {
    "virtual_signature.yaml": "a mobile one with electronic signature",
    "virtual_smart.yaml": "an Android one",
    "printing_register.yaml -m prints": "the usual one, at a register that prints its receipts",
    "virtual_dual.yaml -m spare": "one with a second SIM and Wi-Fi",
    "virtual_worn.yaml -m worn": "one whose trace and receipt numbers begin anew",
}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".",
                metavar="[DIR]")  # fmt: skip
def init(folder: Path) -> None:
    """Write a starter: catalogue, virtual rigs, a lesson, pytest.ini.

    \b
    harness init demo && cd demo && pytest

    What is already there is left as it is.
    """
    made, kept = 0, []
    for source, target in _wanted(folder):
        if target.exists():
            kept.append(target)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        made += 1
    schema = folder / "scenarios" / "schema.json"
    if not schema.exists():
        schema.write_text(json.dumps(schema_of("scenario"), indent=1), encoding="utf-8")
        made += 1
    for target in kept:
        click.echo(f"left as it was: {target}")
    click.echo(f"{made} files written to {folder.resolve()}")
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    click.echo(f"now:   {there}pytest                  the catalogue; every device is simulated")
    click.echo(f"       {there}pytest lessons          a failure, and how it is explained")
    for rig, terminal in OTHERS.items():
        click.echo(f"       {there}pytest --rig rigs/{rig}   {terminal}")


def _wanted(folder: Path) -> list[tuple[Path, Path]]:
    """(source, target) of every file."""
    catalogue = carried("scenarios")
    pairs = [
        (path, folder / "scenarios" / path.relative_to(catalogue))
        for path in sorted(catalogue.rglob("*.yaml"))
    ]
    pairs += [(rig, folder / "rigs" / rig.name) for rig in options.virtual_rigs()]
    pairs += [
        (path, folder / path.relative_to(STARTER))
        for path in sorted(STARTER.rglob("*"))
        if path.is_file()
    ]
    return pairs
