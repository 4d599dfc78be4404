"""Verdicts from a trace, and from nothing else.

One file is one word: here those of ``then``, in ``invariants`` those of ``always``. A word of
somebody else's (entry point ``harness.judges``) is a frozen dataclass whose ``watch`` makes a
``Monitor``.
"""

from harness.judge._monitor import Clause, Monitor
from harness.judge._run import Run

__all__ = ["Clause", "Monitor", "Run"]
