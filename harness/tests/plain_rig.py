"""A rig of plain addresses for a bench by somebody else, and what was played on it."""

import contextlib
import json
import os
import random
import socket
import subprocess
from pathlib import Path
from typing import Any

import yaml

from harness.files import carried
from harness.tests.strangers.test_strangers import COMMAND, HERE

#: The longest a run may take, s.
LONGEST = 3000.0
GOOD = ("PASS", "SKIPPED")


def free() -> int:
    """A port nobody listens at, below those that the kernel hands out: it stays free meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def plain_rig(
    at: dict[str, str], host: int, door: int, beacon: int, *, console: str, **more: Any
) -> dict[str, Any]:
    """This machine as the acquirer, behind a relay.

    Args:
        at: The bench's addresses: beacon, supply, console.
        host: The port at which the acquirer listens.
        door: The port at which the terminal reaches it.
        beacon: The port at which it reaches what is not the acquirer.
        console: The file of what its log means.
        **more: Other roles.
    """
    return {
        "rig": f"plain-{door}", "clock": "real", "nominal": "9 V",
        "power": {"between": "keep", "min_off": "300 ms"},
        "bench": {"terminal": None, "listen": {"host/iso8583": f"127.0.0.1:{host}"}},
        "host": {"driver": "acquirer", "address": "sim+tcp://host"},
        "network": {
            "driver": "relay", "address": f"relay://plain-{door}",
            "doors": {str(door): f"127.0.0.1:{host}", str(beacon): at["beacon"]},
        },
        "supply": {"driver": "keysight_e36300", "address": at["supply"],
                   "limits": {"voltage": "10.5 V", "current": "3 A"}},
        "console": {"driver": "console", "address": at["console"],
                    "personality": str(HERE / console)},
        **more,
    }  # fmt: skip


def verdicts(
    folder: Path, rig: dict[str, Any], stories: tuple[str, ...]
) -> tuple[dict[str, Any], str]:
    """Item -> its row of verdicts.json; and all that was printed."""
    (folder / "rig.yaml").write_text(yaml.safe_dump(rig))
    files = [str(carried("scenarios") / f"{story}.yaml") for story in stories]
    ran = subprocess.run(
        [*COMMAND, "run", *files, "--rig", "rig.yaml", "--out", "out"],
        cwd=folder, capture_output=True, text=True, timeout=LONGEST,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
    )  # fmt: skip
    rows = json.loads((folder / "out" / "verdicts.json").read_text())["runs"]
    return {row["folder"]: row for row in rows}, ran.stdout + ran.stderr


def breached(row: dict[str, Any]) -> set[str]:
    """The first words of the clauses that failed."""
    return {one["clause"].split()[0] for one in row["clauses"] if one["verdict"] == "FAIL"}
