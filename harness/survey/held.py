"""Who holds which instrument just now, by the notes beside the locks."""

import json
import re
from pathlib import Path

from harness.rig.lock import Holder, runtime_folder

_HOST = re.compile(r"TCPIP\d*::([^:,]+)|(\[[^\]]+\]|[^:/\[\]]+):\d+$", re.IGNORECASE)


def held(folder: Path | None = None) -> dict[str, Holder]:
    """Address -> holder, of every instrument that a living process holds."""
    found: dict[str, Holder] = {}
    for note in sorted((folder or runtime_folder()).glob("*.json")):
        try:
            said = json.loads(note.read_text(encoding="utf-8"))
            holder = Holder(int(said["pid"]), said["rig"], said["since"], said["started"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # it comes or goes just now; whoever needs it takes the lock itself
        if holder.alive:
            found[str(said["address"])] = holder
    return found


def host_of(address: str) -> str:
    """The host an address leads to, in lower case; ``""`` for none."""
    found = _HOST.match(address)
    return (found[1] or found[2]).lower() if found else ""
