"""Test cards leaked through every channel in every spelling: no artefact of the run holds one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import runner
from harness.cli import main
from harness.files import carried
from harness.tests.safety.tapped import Tapped

PANS = ("9999990000000014", "4111111111111111", "378282246310005", "6212345678900000003")
STORY = carried("scenarios", "power", "low_supply.yaml")


def _fours(pan: str) -> str:
    return " ".join(pan[at : at + 4] for at in range(0, len(pan), 4))


def _bcd(pan: str) -> str:
    return pan + "F" * (len(pan) % 2)


SPELT: dict[str, Callable[[str], str]] = {
    "plain": lambda pan: f"card {pan} seen",
    "spaced": _fours,
    "dashed": lambda pan: _fours(pan).replace(" ", "-"),
    "hex of ASCII": lambda pan: pan.encode().hex(),
    "spaced hex of ASCII": lambda pan: pan.encode().hex(" ").upper(),
    "track 2": lambda pan: f";{pan}=49121010000012345678?",
    "track 2 with D": lambda pan: f"{pan}D49121010000012345",
    "tag 5A": lambda pan: f"5A{len(_bcd(pan)) // 2:02X}{_bcd(pan)}",
    "JSON": lambda pan: json.dumps({"pan": pan}),
    "a path": lambda pan: f"GET /x?pan={pan}&a=1",
}


def _held(text: str) -> list[str]:
    spellings = {
        spelt
        for pan in PANS
        for spelt in (
            pan, _fours(pan), _fours(pan).replace(" ", "-"), pan.encode().hex(),
            pan.encode().hex(" ").upper(),
        )
    }  # fmt: skip
    return [one for one in spellings if one in text]


def _everything(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8", errors="replace")
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def _status(text: bytes) -> bytes:
    """An intermediate status of ZVT (04 FF) with a text in its TLV container."""
    body = b"\xff\x03\x24" + bytes([len(text) + 2, 0x07, len(text)]) + text
    return b"\x04\xff" + bytes([len(body)]) + body


def _leak(
    monkeypatch: pytest.MonkeyPatch, out: Path, device: str, spell: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Play a story in which ``device`` says a card number after each thing it says."""
    said = 0

    def bend(chunk: bytes) -> list[tuple[float, bytes]]:
        nonlocal said
        said += 1
        leaked = spell(PANS[said % len(PANS)]).encode()
        if device == "terminal/ecr":
            return [(0.0, chunk), (0.05, _status(leaked[:60]))]
        return [(0.0, chunk), (0.0, leaked + b"\r\n")] if chunk.endswith(b"\n") else [(0.0, chunk)]

    monkeypatch.setattr(
        runner, "Bench", lambda *a, **k: Tapped(*a, device=device, bend=bend, since=9.0, **k)
    )
    main(["run", str(STORY), "--out", str(out)])
    clauses: list[dict[str, Any]] = json.loads((out / "verdicts.json").read_text("utf-8"))["runs"][
        0
    ]["clauses"]
    return clauses


@pytest.mark.parametrize("spelling", SPELT)
@pytest.mark.parametrize("device", ["terminal/console", "terminal/ecr", "modem", "host", "updates"])
def test_no_artefact_holds_a_card_number(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    device: str,
    spelling: str,
) -> None:
    """Trace, reports, drawings, screen: all are clean; where the terminal leaked, it FAILs."""
    clauses = _leak(monkeypatch, tmp_path / "out", device, SPELT[spelling])

    shown = capsys.readouterr()
    files = {**_everything(tmp_path), "out": shown.out, "err": shown.err}
    assert {name: held for name, text in files.items() if (held := _held(text))} == {}
    if device == "terminal/console":
        told = {row["clause"]: row["verdict"] for row in clauses}
        assert told["no_clear_card_number"] == "FAIL"


def test_the_search_itself_finds_them() -> None:
    """A card number that is there is found: the test above can fail."""
    assert all(_held(SPELT[name](PANS[0])) for name in SPELT)
