"""Options that several commands share, and where things are when nothing is said."""

from collections.abc import Sequence
from pathlib import Path

import click

from harness.files import carried

paths = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]..."
)
rig = click.option(
    "--rig", type=click.Path(path_type=Path), metavar="FILE",
    help="Rig file.  [default: the carried virtual rig]",
)  # fmt: skip
seed = click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N",
    help="What all randomness grows from: same seed, same trace.",
)  # fmt: skip
tags = click.option(
    "--tag", "tags", multiple=True, metavar="NAME",
    help="Only scenarios with this tag or of this family; may be repeated.",
)  # fmt: skip
force = click.option(
    "--force", is_flag=True,
    help="When another run holds the bench: ask it to stop (SIGTERM; it makes its bench safe), "
    "wait up to 30 s for its locks, then begin. Breaks no limit, no quarantine, and no lock whose "
    "holder does not let go.",
)  # fmt: skip
test_decks = click.option(
    "--i-have-a-test-deck", "test_decks", multiple=True, metavar="BIN",
    help="Cards with this issuer number (6 to 8 digits) are test cards, too. At any other card "
    "that is none of the published test cards the run ends.",
)  # fmt: skip
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


def rig_or_virtual(path: Path | None) -> Path:
    """The rig file meant; the carried virtual one when none is named."""
    return path or carried("rigs", "virtual.yaml")


def virtual_rigs() -> list[Path]:
    """The carried rigs without hardware: the usual one, that with a spare bearer, other classes."""
    names = (
        "virtual", "virtual_dual", "virtual_signature", "virtual_smart", "printing_register",
        "virtual_worn",
    )  # fmt: skip
    return [carried("rigs", f"{name}.yaml") for name in names]


def paths_or_catalogue(given: Sequence[Path]) -> list[Path]:
    """The scenarios meant: ``scenarios`` here, else the catalogue the package carries."""
    if given:
        return list(given)
    here = Path("scenarios")
    return [here if here.is_dir() else carried("scenarios")]
