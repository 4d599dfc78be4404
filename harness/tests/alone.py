"""One test at a time on this machine, also when several processes run tests.

``harness doctor`` looks at every process of its user: it names, and with ``--clear`` ends, workers
whose run is dead. So no two tests may work at once of which one leaves such a worker behind, or
shows what a doctor finds. Rules and queues of the kernel are made in namespaces of a test's own;
whoever makes them is alone as well, for the kernel gives all of them one lock.

``pytestmark = pytest.mark.usefixtures("alone")``, or ``with alone():`` in a longer-lived fixture.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

#: Longer than all others together may take, on a machine four times slower.
PATIENCE = 280.0  # s
_LOCK = FileLock(Path(tempfile.gettempdir()) / f"terminal-harness-tests-{os.getuid()}.lock")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody else is in here meanwhile; it may be entered again by who is."""
    with _LOCK.acquire(timeout=PATIENCE):
        yield
