"""``harness image``: firmware images for the update store, good ones and bad ones."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.cli import options
from harness.errors import UsageError
from harness.files import fixture, read_plain
from harness.sim.on_disk import OnDisk
from harness.wire import image as images
from harness.wire.extent import Extent, Held, Joined, pieces
from harness.wire.image_key import (
    NoKey,
    fingerprint,
    new_key,
    private_pem,
    public_pem,
    read_private,
    read_public,
)
from harness.wire.spoil import WORDS, Spoil

T = TypeVar("T")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW = click.Path(path_type=Path, dir_okay=False)
#: What only an image can have wrong with it: its signature.
SIGNED_BY = {"wrong_key": "signed by a key that nobody has", "unsigned": "signed by nobody"}
SPOIL_HELP = "; ".join(f"{word}: {says}" for word, says in WORDS.items())
out = click.option("-o", "--out", "place", type=NEW, required=True, help="Where it is written.")
version = click.option("--version", required=True, metavar="1.10.0", help="Numbers and dots.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def image() -> None:
    """Make, sign and examine firmware images for the update store.

    \b
    harness image key vendor.pem                      a new signing key, and vendor.pub.pem
    harness image build app.bin -o new.hfi --key vendor.pem --model CT100 --version 2.1.0
    harness image inspect new.hfi --trusted vendor.pub.pem
    harness image build app.bin -o bad.hfi --key vendor.pem --model CT100 --version 2.1.0 \\
        --spoil bit=4096
    harness image spoil vendors_own.bin -o cut.bin truncated=100000

    An image is "HFI1", a manifest (JSON: model, version, minimum, size, sha256, chunk, kind), an
    Ed25519 signature over both, and the payload. Files of any size are streamed. In a rig file
    they stand for the names that scenarios use, and so does any file of your own format:

    \b
    updates: {driver: update_store, address: "sim+tcp://updates",
              images: {newer: new.hfi, corrupt: {file: app.bin, version: 2.1.0, spoil: corrupt}}}
    """


@image.command()
@click.argument("place", type=NEW, metavar="FILE")
@click.option("--test", is_flag=True,
              help="The published key that the simulated terminals trust: worthless.")  # fmt: skip
def key(place: Path, *, test: bool) -> None:
    """Make a signing key: FILE for you alone, and its public half beside it.

    \b
    harness image key vendor.pem            vendor.pem (mode 600) and vendor.pub.pem
    harness image key test.pem --test       for images that simulated terminals accept

    Nothing is overwritten, and the private key is shown nowhere.
    """
    made = new_key()
    if test:
        made = images.key_of(read_plain(fixture("updates", "test_store.yaml"))["trusted_seed"])
    other = place.with_name(f"{place.stem}.pub{place.suffix}")
    for one in (place, other):
        if one.exists():
            raise UsageError(f"{one} is there already; another name, or remove it")
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(private_pem(made))
    other.write_bytes(public_pem(made))
    click.echo(f"{place}  private, keep it")
    click.echo(f"{other}  public, for terminals; {fingerprint(images.public_bytes(made))}")


@image.command()
@click.argument("payload", type=FILE)
@out
@click.option("--key", "key_file", type=FILE, help="Who signs: PEM, or 32 bare bytes.")
@click.option("--model", required=True, help="What it is for.")
@version
@click.option("--minimum", default="0", show_default=True,
              help="The oldest installed version it may replace.")  # fmt: skip
@click.option("--kind", type=click.Choice(images.KINDS), default="code", show_default=True,
              help="What it is of.")  # fmt: skip
@click.option("--chunk", type=click.IntRange(1), default=4096, show_default=True,
              help="Bytes a terminal should ask for at a time.")  # fmt: skip
@click.option("--spoil", "spoils", multiple=True, metavar="WORD",
              help=f"Make it bad. {SPOIL_HELP}; wrong_key; unsigned.")  # fmt: skip
def build(
    payload: Path, place: Path, key_file: Path | None, model: str, version: str, minimum: str,
    kind: str, chunk: int, spoils: tuple[str, ...],
) -> None:  # fmt: skip
    """Make an image of a PAYLOAD, signed.

    \b
    harness image build app.bin -o new.hfi --key vendor.pem --model CT100 --version 2.1.0
    ... --spoil truncated=100000        cut off after so many bytes
    ... --spoil bit=77                  one bit changed; 0 is the highest of the first byte
    ... --spoil wrong_key               signed by somebody else
    ... --spoil unsigned                no --key is needed then
    """
    bad, signer = _spoils(spoils), _signer(key_file, spoils)
    held = OnDisk(payload)
    try:
        manifest = images.manifest_of(
            held, model=model, version=version, minimum=minimum, chunk=chunk, kind=kind
        )
        made = _spoilt(Joined(Held(manifest.sealed(signer)), held), bad)
    except ValueError as wrong:
        raise UsageError(str(wrong)) from None
    _write(place, made)
    click.echo(f"{place}  {model} {version} {kind}, {made.size} B, sha256 {manifest.sha256}")


@image.command()
@click.argument("file", type=FILE, metavar="IMAGE")
@out
@click.option("--key", "key_file", type=FILE, help="Who signs: PEM, or 32 bare bytes.")
@click.option("--unsigned", is_flag=True, help="Nobody signs: take the signature off.")
def sign(file: Path, place: Path, key_file: Path | None, *, unsigned: bool) -> None:
    """Put another signature in the place of an IMAGE's; the rest stays as it is.

    \b
    harness image sign new.hfi -o release.hfi --key release.pem
    """
    signer = _signer(key_file, ("unsigned",) if unsigned else ())
    try:
        made = images.signed_anew(OnDisk(file), signer)
    except images.Unreadable as wrong:
        raise UsageError(f"{file}: {wrong}") from None
    _write(place, made)
    click.echo(f"{place}  {made.size} B")


@image.command()
@click.argument("file", type=FILE)
@out
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
def spoil(file: Path, place: Path, words: tuple[str, ...]) -> None:
    """Make a bad copy of a FILE of any format, by WORDs as those of build --spoil.

    \b
    harness image spoil app.bin -o cut.bin truncated=100000
    harness image spoil app.bin -o bent.bin bit=80000 appended=16
    """
    made = _spoilt(OnDisk(file), _spoils(words, signed=False))
    _write(place, made)
    click.echo(f"{place}  {made.size} B")


@image.command()
@click.argument("file", type=FILE)
@click.option("--trusted", type=FILE, help="The public key that must have signed it.")
@click.option("--model", help="The terminal's: must be the image's.")
@click.option(
    "--installed", metavar="VERSION", help="What runs there: the image must not be older."
)
@options.as_json
def inspect(
    file: Path, trusted: Path | None, model: str | None, installed: str | None, *, as_json: bool
) -> int:
    """Say what an image is, and what is wrong with it.

    \b
    harness image inspect new.hfi                               what it says of itself
    harness image inspect new.hfi --trusted vendor.pub.pem      whether that is true
    harness image inspect new.hfi --trusted vendor.pub.pem --model CT100 --installed 2.0.0

    Exit status: 0 nothing is wrong (as far as it was asked), 1 something is, 2 usage.
    """
    public = _read(trusted, read_public) if trusted else None
    held = OnDisk(file)
    try:
        head = images.read_head(held)
    except images.Unreadable as unreadable:
        _say(
            {"file": str(file), "size": held.size, "fault": str(unreadable.fault)}, as_json=as_json
        )
        return 1
    try:
        fault = _fault(held, head, public, model, installed)
    except ValueError as wrong:
        raise UsageError(str(wrong)) from None
    row = {
        "file": str(file), **asdict(head.manifest), "bytes": held.size,
        "signature": _signed(head, public), "fault": str(fault) if fault else None,
    }  # fmt: skip
    _say(row, as_json=as_json)
    return 1 if fault else 0


def _fault(
    held: Extent, head: images.Head, public: bytes | None, model: str | None, installed: str | None
) -> images.Fault | None:
    """The first thing that is wrong; without a trusted key the signature is not looked at."""
    own = head.manifest
    if public is not None:
        return images.verify(
            held, trusted=public, model=model or own.model, installed=installed or own.version
        )
    bare = images.check_payload(held, head)
    return bare or images.suits(own, model=model or own.model, installed=installed or own.version)


def _signed(head: images.Head, public: bytes | None) -> str:
    if head.signature == images.UNSIGNED:
        return "none"
    if public is None:
        return "not checked; say --trusted"
    return f"by {fingerprint(public)}" if head.signer(public) is None else "by somebody else"


def _say(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(row))
        return
    for name, value in row.items():
        click.echo(f"{name:<10} {'nothing is wrong' if value is None else value}")


def _spoils(words: Sequence[str], *, signed: bool = True) -> list[Spoil]:
    try:
        return [Spoil.parse(word) for word in words if not (signed and word in SIGNED_BY)]
    except ValueError as wrong:
        more = f", {', '.join(SIGNED_BY)}" if signed else ""
        raise UsageError(f"{wrong}{more}") from None


def _spoilt(good: Extent, spoils: Iterable[Spoil]) -> Extent:
    try:
        for one in spoils:
            good = one.of(good)
    except ValueError as wrong:
        raise UsageError(str(wrong)) from None
    return good


def _signer(key_file: Path | None, spoils: Sequence[str]) -> Ed25519PrivateKey | None:
    if "wrong_key" in spoils:
        return new_key()
    if "unsigned" in spoils:
        return None
    if key_file is None:
        raise UsageError("who signs? `--key FILE` (made by `harness image key FILE`)")
    return _read(key_file, read_private)


def _read(file: Path, read: Callable[[bytes], T]) -> T:
    try:
        return read(file.read_bytes())
    except NoKey as wrong:
        raise UsageError(f"{file}: {wrong}") from None


def _write(place: Path, made: Extent) -> None:
    """All of it or nothing: what is there already stays until the new one is whole."""
    part = place.with_name(f"{place.name}.part")
    try:
        with part.open("wb") as file:
            for piece in pieces(made):
                file.write(piece)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
