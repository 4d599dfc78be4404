"""``harness run`` and ``harness judge``: verdicts from a rig, or from a recorded trace."""

import contextlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from harness import runner
from harness.cli import jobs as shared
from harness.cli import options
from harness.clock import ThreadClock
from harness.errors import UsageError
from harness.judge.case import judge_trace
from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome
from harness.report import text, verdicts
from harness.report.progress import LiveLine
from harness.report.recorded import judge_again

COLOURS = {
    Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.ERROR: "red",
    Outcome.INCONCLUSIVE: "yellow", Outcome.SKIPPED: "cyan",
}  # fmt: skip


@click.command()
@options.paths
@options.rig
@options.seed
@options.tags
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR",
    help="Where the evidence goes.  [default: reports/<time>-<rig>]",
)  # fmt: skip
@click.option(
    "--defect", "defects", multiple=True, metavar="NAME",
    help="Plant this bug in the simulated terminal.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1), default=1, metavar="N",
    help="Play so many items at a time; on a rig in virtual time.",
)  # fmt: skip
@options.test_decks
@options.force
@options.as_json
@click.pass_context
def run(
    ctx: click.Context,
    paths: tuple[Path, ...],
    rig: Path | None,
    seed: int,
    tags: tuple[str, ...],
    out: Path | None,
    defects: tuple[str, ...],
    jobs: int,
    test_decks: tuple[str, ...],
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Play scenarios and judge the terminal.

    \b
    harness run                                      the catalogue on the virtual rig
    harness run scenarios/power/dip_mid_sale.yaml    one scenario
    harness run --tag short --rig rigs/lab.yaml      the short ones, on your bench
    harness run --jobs 2 sweeps/firmware             a long sweep, on two processors
    harness run --json | jq '.runs[].verdict'        for a program

    Writes below --out: verdicts.json, dossier.html, junit.xml, allure/ and a folder per item with
    its trace.jsonl.
    """
    line = LiveLine(_show, ThreadClock().now, live=sys.stderr.isatty())
    own: dict[str, Any] = {
        "rig": options.rig_or_virtual(rig), "seed": seed, "defects": defects, "force": force,
        "test_decks": test_decks,
    }  # fmt: skip
    session = runner.Session(**own, out=out, progress=line)
    items = session.items(options.paths_or_catalogue(paths), tags)
    if not items:
        raise UsageError(f"no scenario has the tag {' or '.join(map(repr, tags))}")
    shared.check(session, items, jobs)
    with session, contextlib.ExitStack() as last:
        last.callback(_finish, session, as_json=as_json)
        if jobs > 1:
            for played in shared.played(items, jobs, **own, out=session.out):
                session.played.append(played)
                _tell(played, f"[{len(session.played)}/{len(items)}] ", err=as_json)
        else:
            _play_all(session, items, as_json=as_json)
    ctx.exit(runner.exit_code(session.played))


def _play_all(session: runner.Session, items: Sequence[Scenario], *, as_json: bool) -> None:
    """One after the other."""
    for place, item in enumerate(items, 1):
        before = len(session.played)
        try:
            session.play(item)
        finally:  # an interrupted one is told, too
            for played in session.played[before:]:
                _tell(played, f"[{place}/{len(items)}] ", err=as_json)


def _finish(session: runner.Session, *, as_json: bool) -> None:
    """Write and say what there is, also after an interruption."""
    if not session.played:
        return
    dossier = session.finish()
    click.echo(err=as_json)
    for line in text.closing(session.played, dossier):
        click.echo(line, err=as_json)
    if as_json:
        plain = verdicts.document(session.played, rig=session.rig.name, out=session.out)
        click.echo(verdicts.render(plain), nl=False)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), metavar="DIR")
@options.as_json
@click.pass_context
def judge(ctx: click.Context, folder: Path, *, as_json: bool) -> None:
    """Judge a recorded run again, from its traces alone.

    \b
    harness judge reports/sample
    harness judge reports/20260901T101500Z-lab --json

    DIR is a run's folder, or one item's. A trace that ends too early is never a PASS.
    """
    again = judge_again(folder, judge_trace)
    if as_json:
        plain = verdicts.document(again.played, rig=again.rig, out=folder)
        click.echo(verdicts.render(plain), nl=False)
    else:
        for played in again.played:
            _tell(played, "", err=False)
        click.echo()
        for line in text.closing(again.played, None)[:1]:
            click.echo(line)
    ctx.exit(runner.exit_code(again.played))


def _tell(played: Played, before: str, *, err: bool) -> None:
    """A line and two rows of figures for a PASS, a paragraph for everything else."""
    outcome = text.outcome_of(played)
    loud = outcome not in (Outcome.PASS, Outcome.SKIPPED)
    scenario = played.scenario
    word = click.style(str(outcome), fg=COLOURS[outcome], bold=loud)
    click.echo(f"{before}{scenario.family}/{scenario.name} {word}", err=err)
    if outcome is Outcome.SKIPPED:
        click.echo(f"  {text.reason_of(played)}", err=err)
    else:
        rows = text.paragraph(played).split("\n", 1)[1] if loud else text.summary(played)
        click.echo(rows, err=err)


def _show(line: str) -> None:
    """The live line, on standard error: one row written over, or plain lines."""
    if sys.stderr.isatty():
        wide = shutil.get_terminal_size().columns
        click.echo(f"\r\x1b[2K{line[: wide - 1]}", nl=False, err=True)
    elif line:
        click.echo(line, err=True)
