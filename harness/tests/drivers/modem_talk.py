"""What dialogues with modems have in common: how a session begins, and who listens."""

from typing import Any

from harness.drivers._modem import Modem
from harness.testing import Pair


def start(driver: type[Modem]) -> list[Pair]:
    """A session's begin with a modem that takes the first of everything."""
    settings = [one if isinstance(one, str) else one[0] for one in driver.SETTINGS]
    return [(command, "OK") for command in ("AT", "ATE0", *settings)]


class Heard:
    """Remembers what was observed."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.rows.append((kind, fields))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The fields of each observation of a kind."""
        return [fields for what, fields in self.rows if what == kind]
