"""``harness image``: keys, images, bad ones, and what is said of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.files import fixture, read_plain
from harness.sim.update_images import trusted_key
from harness.wire.extent import Held
from harness.wire.image import Fault, check_origin, inspect
from harness.wire.image_key import read_private, read_public

BUILD = ["--model", "CT", "--version", "2.1"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a payload and a signing key."""
    monkeypatch.chdir(tmp_path)
    Path("app.bin").write_bytes(bytes(range(256)) * 400)
    assert run("key", "v.pem") == 0
    return tmp_path


def run(*words: str) -> int:
    """The command."""
    return main(["image", *words])


def trusted() -> bytes:
    """The public half of the key in the folder."""
    return read_public(Path("v.pub.pem").read_bytes())


def looked_at(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """What ``inspect`` says, and its exit status."""
    capsys.readouterr()
    status = run("inspect", *words, "--json")
    return status, json.loads(capsys.readouterr().out)


def test_a_built_image_is_what_terminals_verify(place: Path) -> None:
    """Its manifest says what was asked for, its payload is the file, its signature holds."""
    asked = ["--minimum", "1.2", "--kind", "configuration", "--chunk", "512"]

    assert run("build", "app.bin", "-o", "a.hfi", "--key", "v.pem", *BUILD, *asked) == 0

    made = Path("a.hfi").read_bytes()
    own = inspect(made)
    assert (own.model, own.version, own.minimum) == ("CT", "2.1", "1.2")
    assert (own.kind, own.chunk) == ("configuration", 512)
    assert made.endswith(Path("app.bin").read_bytes())
    assert check_origin(made, trusted=trusted()) is None
    assert not list(place.glob("*.part"))


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [("truncated", Fault.TRUNCATED), ("truncated=5", Fault.TRUNCATED), ("bit=9000", Fault.CORRUPT),
     ("bit=0", Fault.CORRUPT), ("corrupt", Fault.CORRUPT), ("appended", Fault.CORRUPT),
     ("wrong_key", Fault.WRONG_KEY), ("unsigned", Fault.UNSIGNED)],
)  # fmt: skip
def test_each_way_to_spoil_one_is_found_by_its_name(
    place: Path, capsys: pytest.CaptureFixture[str], spoil: str, fault: Fault
) -> None:
    """A bad image is built, and inspect says what is wrong and exits with 1."""
    run("build", "app.bin", "-o", "a.hfi", "--key", "v.pem", *BUILD, "--spoil", spoil)

    status, said = looked_at(capsys, "a.hfi", "--trusted", "v.pub.pem")

    assert (status, said["fault"]) == (1, fault)


def test_inspect_says_what_it_was_not_asked(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a key the signature is said to be unchecked; model and version count when given."""
    run("build", "app.bin", "-o", "a.hfi", "--key", "v.pem", *BUILD)

    status, said = looked_at(capsys, "a.hfi")
    assert (status, said["fault"]) == (0, None)
    assert "not checked" in said["signature"]
    assert looked_at(capsys, "a.hfi", "--model", "XX")[1]["fault"] == Fault.WRONG_MODEL
    status, old = looked_at(capsys, "a.hfi", "--trusted", "v.pub.pem", "--installed", "2.10")
    assert (status, old["fault"]) == (1, Fault.OLDER)
    assert old["signature"].startswith("by ")
    assert looked_at(capsys, "app.bin")[0] == 1


def test_an_image_is_signed_anew(place: Path) -> None:
    """Another signer, the same manifest and payload; nobody, where that is wanted."""
    run("build", "app.bin", "-o", "a.hfi", "--key", "v.pem", *BUILD)
    run("key", "other.pem")

    assert run("sign", "a.hfi", "-o", "b.hfi", "--key", "other.pem") == 0
    assert run("sign", "b.hfi", "-o", "c.hfi", "--unsigned") == 0

    one, two, three = (Path(f"{name}.hfi").read_bytes() for name in "abc")
    assert inspect(one) == inspect(two) == inspect(three)
    assert check_origin(two, trusted=trusted()) is Fault.WRONG_KEY
    assert check_origin(two, trusted=read_public(Path("other.pub.pem").read_bytes())) is None
    assert check_origin(three, trusted=trusted()) is Fault.UNSIGNED


def test_any_file_can_be_spoilt(place: Path) -> None:
    """One word after another, whatever the file is."""
    assert run("spoil", "app.bin", "-o", "x.bin", "truncated=4", "bit=0", "appended=2") == 0

    assert Path("x.bin").read_bytes() == b"\x80\x01\x02\x03\0\0"


def test_a_key_is_for_its_owner_alone_and_never_overwritten(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mode 600, not a byte of it on the screen, and what is there stays there."""
    before = Path("v.pem").read_bytes()
    said = capsys.readouterr().out

    assert Path("v.pem").stat().st_mode & 0o777 == 0o600
    assert not any(line in said for line in before.decode().splitlines())
    assert read_private(before).public_key().public_bytes_raw() == trusted()
    assert run("key", "v.pem") == 2
    assert Path("v.pem").read_bytes() == before


def test_the_published_key_is_that_of_the_simulated_terminals(place: Path) -> None:
    """What is built with it, a simulated terminal runs."""
    run("key", "t.pem", "--test")
    run("build", "app.bin", "-o", "a.hfi", "--key", "t.pem", *BUILD)

    known = trusted_key(read_plain(fixture("updates", "test_store.yaml")))

    assert check_origin(Held(Path("a.hfi").read_bytes()), trusted=known) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [(["build", "app.bin", "-o", "x", *BUILD], "who signs"),
     (["build", "app.bin", "-o", "x", "--key", "app.bin", *BUILD], "no private key"),
     (["build", "app.bin", "-o", "x", "--key", "v.pub.pem", *BUILD], "no private key"),
     (["build", "app.bin", "-o", "x", "--key", "v.pem", "--model", "m", "--version", "v1"],
      "no version"),
     (["build", "app.bin", "-o", "x", "--key", "v.pem", *BUILD, "--spoil", "bit=9999999"], "only"),
     (["build", "app.bin", "-o", "x", "--key", "v.pem", *BUILD, "--spoil", "old"], "unsigned"),
     (["sign", "app.bin", "-o", "x", "--key", "v.pem"], "no firmware image"),
     (["spoil", "app.bin", "-o", "x", "wrong_key"], "spoils nothing"),
     (["inspect", "app.bin", "--trusted", "v.pem"], "private key"),
     (["inspect", "none.hfi"], "does not exist")],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence_and_2(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """Nothing is written, and no traceback is shown."""
    assert run(*words) == 2

    assert said in capsys.readouterr().err
    assert not Path("x").exists()
