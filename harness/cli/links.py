"""``harness links``: the links and the fades that have a name, with their sources."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from harness.cli import options
from harness.errors import UsageError
from harness.faults._profiles import pattern_of, patterns, profile_of, profiles, refusal
from harness.files import load_rig
from harness.model.fade import gaps
from harness.model.profile import Way
from harness.model.units import BitRate
from harness.model.words import nearest
from harness.rig.abilities import means_of_rig

#: Fault -> the key that takes the name.
KEYS = {"network_profile": "profile", "signal_fade": "pattern"}


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.rig
@options.as_json
def links(names: tuple[str, ...], rig: Path | None, *, as_json: bool) -> None:
    """List the links of `network_profile` and the fades of `signal_fade`.

    \b
    harness links                         all of them, with their numbers and sources
    harness links gprs tunnel --json
    harness links --rig rigs/lab.yaml     and what of them this rig's network cannot do
    """
    known = [*profiles(), *patterns()]
    for name in names:
        if name not in known:
            raise UsageError(f"no link or fade {name!r}{nearest(name, known)}")
    lacks = means_of_rig(load_rig(rig)).lacks if rig else {}
    rows = [_link(name, lacks) for name in profiles()] + [_fade(name) for name in patterns()]
    rows = [row for row in rows if not names or row["name"] in names]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for fault, row in _headed(rows):
        if fault:
            click.echo(f"--- inject: {{{fault}: {{{KEYS[fault]}: NAME}}}}")
        doubt = "" if row["confirmed"] else " (unconfirmed)"
        click.echo(f"{row['name']:<14} {row['story']}{doubt}")
        told = [row["refused"]] if row.get("refused") else []
        for line in (*row["numbers"], row["source"], *told):
            click.echo(f"{'':<14} {line}")


def _headed(rows: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row; with the fault's word where the first of its kind comes."""
    for before, row in zip([{}, *rows], rows, strict=False):
        yield row["fault"] if row["fault"] != before.get("fault") else "", row


def _link(name: str, lacks: Any) -> dict[str, Any]:
    row = profile_of(name)
    uses = sorted({key for way in row.plain().values() for key in way})
    return {
        "fault": "network_profile", "name": name, "story": row.story, "source": row.source,
        "confirmed": row.confirmed, **row.plain(), "refused": refusal(uses, lacks) or None,
        "numbers": [f"down {_numbers(row.down)}", f"up   {_numbers(row.up)}"],
    }  # fmt: skip


def _numbers(way: Way) -> str:
    return ", ".join(f"{key} {_told(getattr(way, key))}" for key in way.plain())


def _told(value: Any) -> str:
    if isinstance(value, BitRate):
        return f"{value / 1000:g} kbit/s"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _fade(name: str) -> dict[str, Any]:
    row = pattern_of(name)
    corners = row.corners(rounds=None, lasting=None, seed=1)
    found = gaps(corners)
    lengths = [end - begin for begin, end in found]
    many = "1 gap" if len(found) == 1 else f"{len(found)} gaps"
    lost = f"{many}, longest {max(lengths):.3g} s" if found else "no gap"
    seeded = " (seed 1)" if row.drawn else ""
    return {
        "fault": "signal_fade", "name": name, "story": row.story, "source": row.source,
        "confirmed": row.confirmed, "lasting": round(corners[-1][0], 3),
        "gaps": [[round(begin, 3), round(end, 3)] for begin, end in found],
        "levels": row.fades,
        "numbers": [f"{corners[-1][0]:.4g} s, {lost}{seeded}"
                    + ("; its levels need an attenuator" if row.fades else "")],
    }  # fmt: skip
