"""Which process is meant, and when: numbers of processes are given again."""

from datetime import UTC, datetime
from pathlib import Path


def started_at(pid: int) -> str:
    """Which start of which process ``pid`` is now: two different ones never look alike.

    Empty when there is none. Source: proc(5), ``/proc/pid/stat`` field 22; random(4), boot_id.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()  # a program's name may hold blanks and brackets
    return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def now_iso() -> str:
    """The time of day, for people and files; ISO 8601 with its zone."""
    return datetime.now(UTC).isoformat(timespec="seconds")
