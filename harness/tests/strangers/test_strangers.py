"""Programs by somebody else at our simulators, and a bench by somebody else under our drivers."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.tests.patience import LIMIT

HERE = Path(__file__).parent
#: Real time, most of an hour in all: `tox -e strangers` runs them.
PATIENT = pytest.mark.skipif(
    not os.environ.get("HARNESS_STRANGERS"), reason="takes minutes; HARNESS_STRANGERS=1 runs it"
)
COMMAND = [sys.executable, "-c", "import sys; from harness.cli import main; sys.exit(main())"]


@contextmanager
def started(*command: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A program and the addresses it prints as JSON; it ends when its standard input closes."""
    program = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    try:
        assert select.select([program.stdout], [], [], 4 * LIMIT)[0]
        yield program, json.loads(program.stdout.readline())
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
        program.communicate(timeout=LIMIT)


def stranger(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one to its end."""
    return subprocess.run(
        [sys.executable, str(HERE / f"{name}.py"), *arguments],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, str]]:
    """``harness simulate``, all of it, as a user starts it."""
    with started(*COMMAND, "simulate", "--json") as (_, addresses):
        yield addresses


def plain(visa: str) -> str:
    """The host:port of a VISA socket resource."""
    return ":".join(visa.split("::")[1:3])


def test_no_stranger_knows_the_harness() -> None:
    """Else it would repeat our own mistakes."""
    for script in HERE.glob("*.py"):
        if not script.name.startswith("test_"):
            text = script.read_text(encoding="utf-8")
            assert "import harness" not in text, script
            assert "from harness" not in text, script
            assert "Source" in text, script


@PATIENT
def test_a_strangers_bench_script_finds_a_supply(bench: dict[str, str]) -> None:
    """Compound messages, the error queue, LIST, protection, garbage; two clients at a time."""
    ran = stranger("scpi_client", plain(bench["supply"]))

    assert ran.returncode == 0, ran.stderr


@PATIENT
def test_a_strangers_terminal_finds_an_acquirer(bench: dict[str, str]) -> None:
    """Sign-on, sales, repeats, reversals, wrong MACs, settlement, garbage."""
    ran = stranger("iso8583_client", bench["host/iso8583"])

    assert ran.returncode == 0, ran.stderr


@PATIENT
def test_a_strangers_downloader_finds_a_store(bench: dict[str, str]) -> None:
    """Ranges, HEAD, 416, If-Range, pipelining, HTTP/1.0."""
    host, _, port = bench["updates"].rpartition(":")
    with socket.create_connection((host, int(port)), LIMIT) as control:
        control.sendall(b'{"do": "offer", "image": "newer"}\n')
        told = control.makefile("r")
        assert any('"ok"' in told.readline() for _ in range(2))
    ran = stranger("http_client", bench["updates/http"], "/images/newer")

    assert ran.returncode == 0, ran.stderr


@PATIENT
def test_a_strangers_terminal_program_finds_a_modem() -> None:
    """Echo, error modes, registration, text messages, flight mode, garbage."""
    with started(*COMMAND, "simulate", "modem", "--terminal", "none", "--json") as (_, addresses):
        ran = stranger("at_session", addresses["modem"])

    assert ran.returncode == 0, ran.stderr


@PATIENT
def test_a_strangers_register_finds_a_terminal(bench: dict[str, str]) -> None:
    """Sales, aborts, voids, by TCP and by serial; without 80 00 00 the sale is undone."""
    host, _, port = plain(bench["supply"]).rpartition(":")
    with socket.create_connection((host, int(port)), LIMIT) as supply:
        supply.sendall(b"*RST;:VOLT 5,(@2);:CURR 2,(@2);:OUTP ON,(@2)\n*OPC?\n")
        assert supply.recv(100)
    ran = stranger(
        "zvt_register", bench["terminal/ecr"], bench["reader"], bench["terminal/zvt_serial"]
    )

    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_simulate_ends_when_it_is_told_to(number: signal.Signals) -> None:
    """And it takes its bench along: nobody listens any more."""
    with started(*COMMAND, "simulate", "supply", "--json") as (program, addresses):
        program.send_signal(number)
        assert program.wait(LIMIT) == 128 + number
    host, _, port = plain(addresses["supply"]).rpartition(":")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), LIMIT)


def test_a_terminal_is_served_with_what_switches_it_on() -> None:
    """Whoever asks for the terminal alone gets the supply, too."""
    with started(*COMMAND, "simulate", "terminal/ecr", "--json") as (_, addresses):
        assert set(addresses) == {"supply", "terminal/ecr"}


def test_what_is_to_listen_is_served() -> None:
    """``--listen`` alone is enough."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    named = ("--listen", f"host/iso8583={host}")
    with started(*COMMAND, "simulate", "modem", *named, "--json") as (_, addresses):
        assert addresses["host/iso8583"] == host


# --- a bench by somebody else -----------------------------------------------------------------

SALE = {"sale": {"amount": "9.99 CNY", "card": "chip", "as": "first"}}
ENDED = {"await": {"engine": "sale_ended", "sale": "first", "within": "60 s"}}
BACK = {"to": "ready", "within": "30 s", "proven_by": "sale"}
ALWAYS = [
    "exactly_once", "no_orphan_charge", "declined_costs_nothing", "reversal_before_next_sale",
    "reversal_survives_power_loss", "comm_fault_is_no_decline", "journal_intact",
]  # fmt: skip
STORIES: dict[str, dict[str, Any]] = {
    "plain": {"when": [SALE, ENDED]},
    "silent": {
        "when": [
            {"inject": {"host_misbehaves": {"act": "drop", "on": "0200"}}}, SALE, ENDED,
            {"clear": "host_misbehaves"},
        ],
        "then": {"detects": {"cause": "host_silent", "within": "30 s"}, "recovers": BACK},
    },
    "cut": {
        "when": [
            {"inject": {"host_misbehaves": {"act": "delay", "by": "2 s", "times": 1}}}, SALE,
            {"await": {"host": "reply_due", "of": "first", "after": "100 ms"}},
            {"inject": {"power_cut": {"lasting": "2 s"}}},
            {"hold": "3 s"}, {"clear": "host_misbehaves"},
        ],
        "then": {"detects": {"cause": "power_lost", "within": "60 s"}, "recovers": BACK},
    },
}  # fmt: skip


def judged(folder: Path, story: str, *bad: str, without: tuple[str, ...] = ()) -> tuple[str, str]:
    """Play a story with a stranger's bench; the verdict, and all that was printed."""
    scenario = {"id": "X-1", "story": f"Somebody else's bench: {story}.", **STORIES[story]}
    (folder / f"{story}.yaml").write_text(yaml.safe_dump({**scenario, "always": ALWAYS}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with started(sys.executable, str(HERE / "foreign_bench.py"), host, *bad) as (_, at):
        rig: dict[str, Any] = {
            "rig": f"foreign-{os.getpid()}", "clock": "real", "nominal": "9 V",
            "bench": {"listen": {"host/iso8583": host}}, "host": "sim+tcp://host",
            "supply": {"address": at["supply"], "limits": {"voltage": "10.5 V", "current": "3 A"}},
            "console": {"address": at["console"],
                        "personality": str(HERE / "foreign_console.yaml")},
            "reader": at["reader"], "modem": at["modem"], "terminal": at["terminal"],
        }  # fmt: skip
        kept = {key: value for key, value in rig.items() if key not in without}
        (folder / "rig.yaml").write_text(yaml.safe_dump(kept))
        ran = subprocess.run(
            [*COMMAND, "run", f"{story}.yaml", "--rig", "rig.yaml", "--out", "out"],
            cwd=folder, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
    told = json.loads((folder / "out" / "verdicts.json").read_text())
    return told["runs"][0]["verdict"], ran.stdout + ran.stderr


@PATIENT
@pytest.mark.parametrize(
    ("story", "bad", "verdict", "clause"),
    [
        ("plain", (), "PASS", ""),
        ("silent", (), "PASS", ""),
        ("cut", (), "PASS", ""),
        ("silent", ("twice",), "FAIL", "exactly_once: "),
        ("silent", ("blames_card",), "FAIL", "comm_fault_is_no_decline: "),
        ("cut", ("never_reverses",), "FAIL", "reversal_survives_power_loss: "),
        ("cut", ("supply_dies",), "ERROR", "the bench failed"),
    ],
)
def test_a_strangers_terminal_gets_the_verdict_it_deserves(
    tmp_path: Path, story: str, bad: tuple[str, ...], verdict: str, clause: str
) -> None:
    """Over plain addresses, with a supply, a board and a modem by somebody else, too."""
    seen, said = judged(tmp_path, story, *bad)

    assert seen == verdict, said
    assert clause in said


@PATIENT
def test_a_terminal_nobody_can_hear_is_no_pass(tmp_path: Path) -> None:
    """No console: what its journal holds is not known."""
    seen, said = judged(tmp_path, "plain", without=("console",))

    assert seen == "INCONCLUSIVE", said


def test_a_rig_without_a_reader_says_what_it_cannot_play(tmp_path: Path) -> None:
    """Skipped, with the reason and the way round."""
    seen, said = judged(tmp_path, "plain", without=("reader",))

    assert seen == "SKIPPED", said
    assert "card: none" in said
