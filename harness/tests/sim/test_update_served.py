"""The update store on real sockets, at which programs by somebody else knock."""

import hashlib
import random
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.tests.store_stream import (
    MIB,
    PATIENCE,
    Store,
    fetch,
    head_of,
    make_image,
    peak,
    served_store,
    split,
)

SIZE = 3 * MIB + 77
LARGE = 64 * MIB
MORE = 40.0  # MiB that it may take for whatever it serves; a tenth of it is what it does take


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that offers a file of some MiB, as fast as it goes."""
    image = tmp_path_factory.mktemp("store") / "image"
    make_image(image, SIZE)
    with served_store() as (store, _):
        assert "error" not in store.ask("shelve", image="big", file=str(image), version="2.0")
        store.ask("rate", bits=None)
        store.ask("offer", image="big")
        store.file = image.read_bytes()
        yield store


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """A program, with patience."""
    return subprocess.run(words, cwd=folder, capture_output=True, timeout=PATIENCE)


def missing(program: str) -> pytest.MarkDecorator:
    """Left out where there is no such program."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"no {program} here")


@pytest.mark.parametrize("secure", [False, True])
def test_a_download_goes_on_where_it_broke_off(store: Store, *, secure: bool) -> None:
    """Hung up on at random offsets, what comes is what is there; over TLS fully verified."""
    got = fetch(store, "/images/big", random.Random(7), secure=secure, resumed=8)

    assert got == hashlib.sha256(store.file).hexdigest()


def test_an_image_of_any_size_takes_no_memory(tmp_path: Path) -> None:
    """64 MiB, over HTTP and HTTPS and with broken connections, and the process stays small."""
    image = tmp_path / "image"
    good = make_image(image, LARGE)
    with served_store() as (store, process):
        before = peak(process)
        store.ask("shelve", image="big", file=str(image), version="2.0")
        store.ask("rate", bits=None)
        store.ask("offer", image="big")

        for secure in (False, True):
            got = fetch(store, "/images/big", random.Random(1), secure=secure, resumed=20)
            assert got == good

        assert peak(process) - before < MORE


def test_a_stranger_is_not_trusted(store: Store) -> None:
    """Who does not know the authority gets no connection."""
    with pytest.raises(ssl.SSLCertVerificationError):
        head_of(store_of_nobody(store), "/images/big", secure=True)


def store_of_nobody(store: Store) -> Store:
    """The same place, seen by somebody who trusts the machine's authorities only."""

    class Stranger(Store):
        def __init__(self) -> None:
            self.plain, self.secure, self.trusted = store.plain, store.secure, ""

    return Stranger()


@missing("curl")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_curl_takes_a_download_up_again(store: Store, tmp_path: Path, scheme: str) -> None:
    """``curl -C -`` on half a file brings the rest; ``-r`` brings a range, also the last bytes."""
    address, pem = (store.plain, "") if scheme == "http" else (store.secure, store.trusted)
    host, port = split(address)
    (tmp_path / "ca.pem").write_text(pem)
    known = ["--cacert", "ca.pem", "--resolve", f"updates.hil.test:{port}:{host}"] if pem else []
    base = f"{scheme}://{'updates.hil.test' if pem else host}:{port}/images/big"
    (tmp_path / "half").write_bytes(store.file[: SIZE // 2])

    done = run("curl", "-sSf", *known, "-C", "-", "-o", "half", base, folder=tmp_path)
    part = run("curl", "-sSf", *known, "-r", "1000-1999", base, folder=tmp_path)
    last = run("curl", "-sSf", *known, "-r", "-5", base, folder=tmp_path)
    behind = run("curl", "-sSf", *known, "-r", f"{SIZE}-", base, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "half").read_bytes() == store.file
    assert part.stdout == store.file[1000:2000]
    assert last.stdout == store.file[-5:]
    assert behind.returncode == 22  # curl(1): an HTTP status of 400 or above
    assert b"416" in behind.stderr


@missing("curl")
def test_curl_finds_the_manifest_and_its_tag(store: Store, tmp_path: Path) -> None:
    """HEAD has the size; with the tag that it tells, nothing is sent again."""
    url = f"http://{store.plain}/images/big"

    head = run("curl", "-sI", url, folder=tmp_path).stdout.decode().lower()
    etag = next(line for line in head.splitlines() if line.startswith("etag:")).split()[1]
    again = run("curl", "-s", "-w", "%{http_code}", "-H", f"If-None-Match: {etag}", url,
                folder=tmp_path)  # fmt: skip
    manifest = run("curl", "-sf", f"http://{store.plain}/manifest?version=1.0", folder=tmp_path)

    assert f"content-length: {SIZE}" in head
    assert again.stdout == b"304"
    assert b'"version": "2.0"' in manifest.stdout


@missing("wget")
def test_wget_takes_a_download_up_again(store: Store, tmp_path: Path) -> None:
    """``wget -c`` brings the rest, and nothing where all is there."""
    url = f"http://{store.plain}/images/big"
    (tmp_path / "big").write_bytes(store.file[:100_000])

    for _ in range(2):
        done = run("wget", "-q", "-c", "--no-proxy", "-t", "1", url, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "big").read_bytes() == store.file
