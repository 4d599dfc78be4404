"""``harness prove``: does the harness catch what it should, and nothing else?"""

import json
from pathlib import Path

import click

from harness import prove as proving
from harness.cli import options
from harness.runner import EXIT_FAIL

#: Catchers shown per defect; --json has them all.
SHOWN = 3


@click.command()
@options.paths
@options.rig
@options.tags
@click.option("--seeds", type=click.IntRange(1), default=1, show_default=True, metavar="N",
              help="How many seeds the reference terminal must pass.")  # fmt: skip
@click.option("--defect", "defects", multiple=True, metavar="NAME",
              help="Only this defect; may be repeated.")  # fmt: skip
@options.as_json
@click.pass_context
def prove(
    ctx: click.Context,
    paths: tuple[Path, ...],
    rig: Path | None,
    tags: tuple[str, ...],
    seeds: int,
    defects: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Plant every known defect, and see it caught.

    \b
    harness prove                                    each defect once, the reference with one seed
    harness prove --seeds 100                        the reference with a hundred
    harness prove --defect stuck_after_outage

    Ends with 1 when a defect escapes or the reference terminal does not pass.
    """
    proof = proving.prove(
        options.rig_or_virtual(rig), options.paths_or_catalogue(paths), tags=tags, seeds=seeds,
        only=defects, tell=_tell,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(proof.plain(), ensure_ascii=False, indent=1))
    else:
        _show(proof)
    ctx.exit(0 if proof.holds else EXIT_FAIL)


def _tell(job: proving.Job, done: int, total: int) -> None:
    what = job.defect or f"the reference, seed {job.seed}"
    click.echo(f"[{done}/{total}] {what}", err=True)


def _show(proof: proving.Proof) -> None:
    for name, by in sorted(proof.caught.items(), key=lambda row: (bool(row[1]), row[0])):
        word = click.style("caught  ", fg="green") if by else click.style("ESCAPED ", fg="red")
        more = f"   and {len(by) - SHOWN} more" if len(by) > SHOWN else ""
        click.echo(f"{word} {name}")
        for catcher in by[:SHOWN]:
            click.echo(f"           {catcher}")
        if more:
            click.echo(f"        {more}")
    for reason in proof.misjudged:
        click.echo(f"{click.style('MISJUDGED', fg='red')} {reason}")
    caught = len(proof.caught) - len(proof.escaped)
    click.echo(
        f"{caught} of {len(proof.caught)} defects caught; the reference terminal failed "
        f"{len(proof.misjudged)} of {proof.played} items"
    )
