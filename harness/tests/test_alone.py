"""Who is alone on the machine, is."""

import pytest
from filelock import FileLock, Timeout

from harness.tests.alone import _LOCK, alone


def test_nobody_else_comes_in() -> None:
    """Not before the last one who was inside has left; who is inside may enter again."""
    other = FileLock(_LOCK.lock_file)  # as another process would hold it

    with alone():
        with alone():
            pass
        with pytest.raises(Timeout):
            other.acquire(timeout=0)
