"""Which frames of an error pytest is shown: a test's own, down to where it calls us."""

from pathlib import Path
from types import TracebackType

from harness.files import PACKAGE
from harness.wire.quoted import chain


def end_in_the_test(error: BaseException) -> None:
    """Cut its traceback, and those of all that it came from, where the test calls us.

    What led to an error within our own code keeps no frame at all.
    """
    called = error.__traceback__
    while called is not None and _is_ours(called):
        called = called.tb_next  # how we came to call the test
    for one in chain(error):
        first = called if one is error else one.__traceback__
        if not _cut(first):
            one.__traceback__ = None


def _cut(first: TracebackType | None) -> bool:
    """Drop what is behind the last frame before ours; whether there was one."""
    if first is None or _is_ours(first):
        return False
    while first.tb_next is not None and not _is_ours(first.tb_next):
        first = first.tb_next
    first.tb_next = None
    return True


def _is_ours(frame: TracebackType) -> bool:
    return Path(frame.tb_frame.f_code.co_filename).is_relative_to(PACKAGE)
