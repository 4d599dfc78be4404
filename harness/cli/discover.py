"""``harness discover``: what answers, as lines for a rig file."""

import dataclasses
import json
from collections.abc import Iterator

import click

from harness.cli import options
from harness.clock import ThreadClock
from harness.survey.discover import Found, Search, rig_lines


@click.command()
@click.option("--host", "hosts", multiple=True, metavar="ADDR[:PORT]",
              help="Try the known ports of instruments on this host; may be repeated.")  # fmt: skip
@click.option("--lan", is_flag=True,
              help="Ask the whole network, by broadcast. Never while a run is on.")  # fmt: skip
@click.option("--ask", is_flag=True,
              help="Write a question to free serial lines; a terminal may be on one.")  # fmt: skip
@options.as_json
def discover(hosts: tuple[str, ...], *, lan: bool, ask: bool, as_json: bool) -> None:
    """List what answers, as rig lines ready to paste.

    \b
    harness discover                          serial lines and USB instruments, not a byte written
    harness discover --host 10.0.0.5          an instrument on the network
    harness discover --host 10.0.0.5:5026     at a port of its own
    harness discover --ask --lan              all there is

    An instrument that a run holds is never touched. Look at the limits of a supply before you
    paste its line.
    """
    rows = list(_rows(hosts, lan=lan, ask=ask))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False))
        return
    for line in rig_lines(rows):
        click.echo(line)
    if not any(row.driver for row in rows):
        click.echo(
            "nothing that a driver knows; --host ADDR, --lan and --ask look further", err=True
        )


def _rows(hosts: tuple[str, ...], *, lan: bool, ask: bool) -> Iterator[Found]:
    search = Search(ThreadClock())
    if lan:
        yield from search.lan()  # first: it may be refused
    if ask or not (lan or hosts):
        yield from search.plugged(ask=ask)
    for host in hosts:
        yield from search.host(host)
