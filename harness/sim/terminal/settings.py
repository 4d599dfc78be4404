"""Settings and key sets that came as images: two copies each, of which the newer whole one counts.

What is new goes over the older copy, with a counter and a CRC, and is in force when that is
durable: a cut leaves all of the old settings or all of the new ones (as ``boot.py`` has it).
"""

from typing import Any

from harness.sim.terminal.flash import Flash
from harness.sim.terminal.records import seal, unseal

#: Kind -> how its text begins.
HEADS = {"configuration": "CONFIGURATION", "keys": "KEYS"}


class Settings:
    """What is in force, by kind. All methods but ``value`` wait."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash
        self.known: dict[str, dict[str, Any]] = {}

    def load(self) -> None:
        """Read all kinds back; at a start."""
        for kind in HEADS:
            self.known[kind] = self._newest(kind)

    def version(self, kind: str) -> str:
        """Of what is in force; ``0`` where nothing ever came."""
        return str(self.known.get(kind, {}).get("version", "0"))

    def value(self, kind: str, name: str, usual: float) -> float:
        """One setting; the model's own where nothing else is in force."""
        return float(self.known.get(kind, {}).get("values", {}).get(name, usual))

    def take(self, kind: str, version: str, payload: bytes) -> bool:
        """Put new ones in force; False where they cannot be read."""
        values = read_values(kind, payload)
        if values is None:
            return False
        self.save(kind, version, values)
        self.known[kind] = self._newest(kind)
        return True

    def save(self, kind: str, version: str, values: dict[str, float]) -> None:
        """Durable, and in force, when this returns; a cut before leaves the old ones."""
        counter = self._newest(kind).get("counter", 0) + 1
        record = {"counter": counter, "version": version, "values": values}
        self._flash.write(copies(kind)[counter % 2], seal(record))
        self._flash.sync()

    def said(self, kind: str) -> str:
        """For the log: version and values."""
        values = self.known.get(kind, {}).get("values", {})
        pairs = [f"{name}={value:g}" for name, value in sorted(values.items())]
        return " ".join([f"version={self.version(kind)}", *pairs])

    def _newest(self, kind: str) -> dict[str, Any]:
        held = [self._flash.read(name) for name in copies(kind)]
        whole: list[dict[str, Any]] = [one for one in map(unseal, filter(None, held)) if one]
        return max(whole, key=lambda one: int(one["counter"]), default={})


def copies(kind: str) -> tuple[str, str]:
    """The names of both copies."""
    return f"{kind}.0", f"{kind}.1"


def read_values(kind: str, payload: bytes) -> dict[str, float] | None:
    """``name=number`` lines behind a kind's head, up to what is none; None for another head."""
    head, _, rest = payload.partition(b"\n")
    if head.decode("ascii", "replace") != HEADS[kind]:
        return None
    values: dict[str, float] = {}
    for line in rest.split(b"\n"):
        name, equals, value = line.decode("ascii", "replace").partition("=")
        try:
            values[name] = float(value)
        except ValueError:
            break
        if not equals or not name.isidentifier():
            return None
    return values
