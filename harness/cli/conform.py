"""``harness conform``: the conformance kit against a rig's own supply."""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from harness.cli import options
from harness.clock import Clock, CooperativeClock, ThreadClock
from harness.errors import BenchError, UsageError
from harness.files import load_rig
from harness.model.rig import Device, Limits, RigFile
from harness.model.units import Amps, Volts
from harness.model.words import find
from harness.ports.base import Port
from harness.rig.address import port_to, resolve
from harness.rig.casting import check_identity, has_identity
from harness.rig.signals import safe_signals
from harness.rig.tenancy import Tenancy
from harness.sim.bench import Bench as SimulatedBench
from harness.sim.served import ServedBench
from harness.testing.conformance import Bench, Finding
from harness.testing.conformance import conform as checks

EXIT_FOUND = 3
COLOURS = {"ok": "green", "skipped": "cyan", "failed": "red"}
#: A simulated supply needs no limits in its rig file.
USUAL = Limits(Volts(6), Amps(2))
Show = Callable[[Finding], None]


@click.command()
@options.rig
@click.option("--yes", is_flag=True, help="The terminal is disconnected; do not ask.")
@options.as_json
@click.pass_context
def conform(ctx: click.Context, rig: Path | None, *, yes: bool, as_json: bool) -> None:
    """Try a rig's supply: does it, by its driver, all that the harness relies on?

    \b
    harness conform                          the simulated supply of the virtual rig
    harness conform --rig rigs/lab.yaml      the real one: DISCONNECT THE TERMINAL FIRST

    The output is switched on, up to the limits of the rig file; lists are played, protections
    tripped, the line cut. Exit status: 0 when nothing failed, 2 for a bad file, 3 otherwise.
    """
    file = load_rig(options.rig_or_virtual(rig))
    device = file.devices.get("supply")
    if device is None:
        raise UsageError(f"rig {file.name} has no supply to try")
    if not device.simulated and not yes:
        said = (
            f"{device.address} will be switched on, up to {device.limits and device.limits.voltage}"
        )
        if not click.confirm(f"{said}. Is the terminal disconnected?", err=True):
            raise UsageError("nothing was done")
    rows: list[Finding] = []

    def show(row: Finding) -> None:
        rows.append(row)
        if not as_json:
            word = click.style(f"{row.outcome:<8}", fg=COLOURS[row.outcome])
            click.echo(f"{word} {row.check.replace('_', ' '):<38} {row.why}".rstrip())

    _try(file, device, show)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False))
    ctx.exit(EXIT_FOUND if any(row.outcome == "failed" for row in rows) else 0)


def _try(file: RigFile, device: Device, show: Show) -> None:
    """On the clock of the rig, locked and guarded as a run is, its way out the same."""
    clock: Clock = CooperativeClock() if file.clock == "virtual" else ThreadClock()
    only = dataclasses.replace(file, devices={"supply": device})

    def main() -> None:
        with _attached(only, clock) as attached, _held(only, clock, attached) as (bench, alive):
            for row in checks(bench):
                show(row)
                alive()

    with safe_signals(lambda: clock):
        clock.run(main)


@contextlib.contextmanager
def _attached(file: RigFile, clock: Clock) -> Iterator[Mapping[str, Any]]:
    """This rig's simulated supply, without a terminal on it; as ``port_to`` takes it."""
    plan = {**file.bench, "terminal": None}
    address = file.devices["supply"].address
    if isinstance(clock, CooperativeClock):
        yield {"connect": SimulatedBench(clock, plan, seed=0).connect}
    elif address.startswith("sim+"):
        with ServedBench(plan, [address], seed=0) as served:
            yield {"served": served.addresses}
    else:
        yield {}


@contextlib.contextmanager
def _held(
    file: RigFile, clock: Clock, attached: Mapping[str, Any]
) -> Iterator[tuple[Bench, Callable[[], None]]]:
    device = file.devices["supply"]
    died: list[int] = []

    def alive() -> None:
        if died:
            raise BenchError("the guardian has died; the supply is made safe")

    place = resolve(device.address, attached.get("served"))
    tenancy = Tenancy()
    addresses = [] if place.startswith("sim://") else [place]
    unsafe: dict[str, str] = {}
    bench: Bench | None = None
    try:
        tenancy.enter(file, clock, addresses)
        bench = _bench(file, clock, attached)
        tenancy.guard(lambda: died.append(1))
        yield bench, alive
    finally:
        try:
            if bench is not None:
                unsafe = _made_safe(bench)
        finally:
            tenancy.leave(unsafe)
            tenancy.close()
    if unsafe:
        raise BenchError(f"{unsafe['supply']}. Switch it off by hand before you touch anything")


def _bench(file: RigFile, clock: Clock, attached: Mapping[str, Any]) -> Bench:
    """The supply, connected, and the one that the file means; nothing is energised."""
    device = file.devices["supply"]
    kind = find("harness.drivers", device.driver, group="harness.drivers", name="Driver")
    kind = getattr(kind, "Driver", kind)

    def connect() -> Port:
        baud = device.baud or getattr(kind, "BAUD", None)
        port = port_to(device.address, clock, baud=baud, **attached)
        port.open()
        return port

    bench = Bench(
        kind, connect, limits=device.limits or USUAL, nominal=file.nominal, **device.options
    )
    try:
        if has_identity(device, bench.driver):
            check_identity(device, bench.driver)
    except BaseException:
        bench.port.close()
        raise
    return bench


def _made_safe(bench: Bench) -> dict[str, str]:
    """Off and verified, over a new line if the old one is no good; role -> why not."""
    try:
        try:
            bench.driver.make_safe()
        except BenchError:
            bench.reconnect()
            bench.driver.make_safe()
    except BenchError as error:
        return {"supply": f"its safe state is not verified ({error})"}
    finally:
        bench.port.close()
    return {}
