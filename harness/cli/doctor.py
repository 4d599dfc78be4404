"""``harness doctor``: what is wrong with a rig, and how to mend it."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from harness.cli import options
from harness.clock import ThreadClock
from harness.errors import RigError, UsageError
from harness.files import load_rig
from harness.model.rig import RigFile
from harness.rig.abilities import mistakes
from harness.rig.signals import safe_signals
from harness.sim.served import ServedBench
from harness.survey.doctor import Doctor
from harness.survey.findings import BAD, OK, WARN, Finding, worst

EXIT_FOUND = 3
COLOURS = {OK: "green", WARN: "yellow", BAD: "red"}


@click.command()
@click.option("--rig", "path", type=click.Path(path_type=Path), metavar="FILE", required=True,
              help="Rig file.")  # fmt: skip
@click.option("--clear", is_flag=True,
              help="End a quarantine: the supply is switched off and measured first.")  # fmt: skip
@click.option("--by-hand", is_flag=True,
              help="With --clear: you have seen that it is off; nothing is asked.")  # fmt: skip
@options.as_json
@click.pass_context
def doctor(ctx: click.Context, path: Path, *, clear: bool, by_hand: bool, as_json: bool) -> None:
    """Examine a rig, role by role. Never energises anything.

    \b
    harness doctor --rig rigs/lab.yaml
    harness doctor --rig rigs/lab.yaml --clear              after a quarantine
    harness doctor --rig rigs/lab.yaml --clear --by-hand    the instrument is gone or broken

    Each finding is a line: ok, warn or bad, what was seen, and how to mend it. Exit status: 0 when
    nothing is bad, 2 for a bad file, 3 when something is.
    """
    if by_hand and not clear:
        raise UsageError("--by-hand says how to --clear; give both")
    rows: list[Finding] = []
    with safe_signals():  # an armed supply is made safe on the way out
        for row in _findings(_read(path), clear=clear, by_hand=by_hand):
            rows.append(row)
            if not as_json:
                _show(row)
    if as_json:
        plain = [dataclasses.asdict(row) for row in rows]
        click.echo(json.dumps({"worst": worst(rows), "findings": plain}, ensure_ascii=False))
    ctx.exit(EXIT_FOUND if worst(rows) == BAD else 0)


def _read(path: Path) -> RigFile:
    rig = load_rig(path)
    wrong = [f"{path}: {one}" for one in mistakes(rig)]
    if wrong:
        raise RigError(*wrong)
    return rig


def _findings(rig: RigFile, *, clear: bool, by_hand: bool) -> Iterator[Finding]:
    if rig.clock == "virtual":
        yield Finding("rig", "clock", OK, "all of it is simulated, in virtual time: nothing to do")
        return
    with _served(rig) as addresses:
        found = Doctor(rig, ThreadClock(), served=addresses)
        yield from found.clear(by_hand=by_hand) if clear else found.examine()


@contextlib.contextmanager
def _served(rig: RigFile) -> Iterator[Mapping[str, str]]:
    """Simulated devices of the rig's own, served as a run would."""
    wanted = [one.address for one in rig.devices.values() if one.address.startswith("sim+")]
    if not wanted:
        yield {}
        return
    with ServedBench(rig.bench, wanted, seed=0) as bench:
        yield bench.addresses


def _show(row: Finding) -> None:
    level = click.style(f"{row.level:<5}", fg=COLOURS[row.level], bold=row.level == BAD)
    click.echo(f"{level} {row.about:<10} {row.check:<11} {row.seen}")
    if row.mend and row.level != OK:
        click.echo(f"{'':<29}-> {row.mend}")
