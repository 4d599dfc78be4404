"""``harness prove``: does the harness catch what it should, and nothing else?"""

import json
from pathlib import Path

import click

from harness import prove as proving
from harness.cli import options
from harness.cli.coverage import every_class
from harness.prove.job import Job
from harness.prove.planted import parts
from harness.runner import EXIT_FAIL

#: Clauses shown per defect; --json has them all.
SHOWN = 3


@click.command()
@options.paths
@click.option(
    "--rig",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Rig file.  [default: the virtual ones, each item on the first that can]",
)
@options.tags
@click.option("--seeds", type=click.IntRange(0), default=1, show_default=True, metavar="N",
              help="How many seeds the reference terminal must pass; 0: leave it out.")  # fmt: skip
@click.option("--defect", "defects", multiple=True, metavar="NAME",
              help="Only this defect; may be repeated. none: the reference alone.")  # fmt: skip
@click.option("--all", "exhaust", is_flag=True,
              help="Play all with each defect, not only until one catches it.")  # fmt: skip
@click.option("--each", is_flag=True,
              help="The reference: an item of each catalogue id and seed, each class.")  # fmt: skip
@click.option("--parts", "list_parts", is_flag=True,
              help="List the parts of the firmware that a defect may replace.")  # fmt: skip
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
    exhaust: bool,
    each: bool,
    list_parts: bool,
    as_json: bool,
) -> None:
    """Plant every known defect, and see it caught.

    \b
    harness prove                                    each defect once, the reference with one seed
    harness prove --seeds 100 --defect none          the reference alone, with a hundred
    harness prove --each --seeds 20 --defect none    each id of the catalogue on each class
    harness prove --all --defect stuck_after_outage  whatever catches this one
    harness prove --seeds 0 --defect cent_more       this one alone, without the reference

    Ends with 1 when a defect escapes or the reference terminal does not pass.
    """
    if list_parts:
        for name, said in parts().items():
            click.echo(f"{name:<16} {said}")
        return
    usual = every_class() if each else options.virtual_rigs()
    proof = proving.prove(
        [rig] if rig else usual, options.paths_or_catalogue(paths), tags=tags, seeds=seeds,
        only=defects, enough=0 if exhaust else proving.ENOUGH, each=each, tell=_tell,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(proof.plain(), ensure_ascii=False, indent=1))
    else:
        _show(proof)
    ctx.exit(0 if proof.holds else EXIT_FAIL)


def _tell(job: Job, misjudged: list[str], done: int, total: int) -> None:
    click.echo(f"[{done}/{total}] {job.told}", err=True)
    for reason in misjudged:
        click.echo(f"  {click.style('MISJUDGED', fg='red')} {reason}", err=True)


def _show(proof: proving.Proof) -> None:
    names = max(map(len, proof.caught), default=0)
    broken = max((len(catch.breaks) for catch in proof.caught.values()), default=0)
    for name, catch in sorted(proof.caught.items(), key=lambda row: (bool(row[1].by), row[0])):
        good = bool(catch.by)
        word = click.style("caught " if good else "ESCAPED", fg="green" if good else "red")
        more = ", ..." if len(catch.clauses) > SHOWN else ""
        more += "  (by another clause)" if catch.elsewhere else ""
        more += f"  (broke: {catch.broke[0]})" if catch.broke and not good else ""
        click.echo(
            f"{word} {name:{names}}  {catch.breaks:{broken}}  {len(catch.scenarios):2}"
            f"  {', '.join(catch.clauses[:SHOWN])}{more}"
        )
    for reason in proof.misjudged:
        click.echo(f"{click.style('MISJUDGED', fg='red')} {reason}")
    caught = len(proof.caught) - len(proof.escaped)
    defects = f"{caught} of {len(proof.caught)} defects caught; " if proof.caught else ""
    failed = f"the reference terminal failed {len(proof.misjudged)} of {proof.played} items"
    click.echo(defects + ("the reference terminal was not played" if proof.alone else failed))
