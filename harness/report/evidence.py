"""Where a run's evidence is kept: one folder an item, with its trace and what broke in the code."""

import contextlib
import re
import traceback
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from harness.errors import UsageError
from harness.model.scenario import Scenario
from harness.wire.pan import mask


def stamp() -> str:
    """Now, UTC, to the millisecond: two runs that begin in one second are two."""
    now = datetime.now(tz=UTC)
    return f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}Z"


def folder_for(scenario: Scenario, out: Path, taken: Collection[Path]) -> Path:
    """A new folder for an item below ``out``; raises UsageError where it cannot be made."""
    name = re.sub(r"[^\w.=-]+", "_", f"{scenario.family}-{scenario.name}").strip("_")
    folder = out / name
    if folder in taken:
        folder = out / f"{name}-{len(taken) + 1}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{folder} cannot be made ({error.strerror}); name another --out"
        raise UsageError(why) from error
    return folder


@contextlib.contextmanager
def sink(folder: Path) -> Iterator[IO[str]]:
    """The item's trace, open for writing; raises UsageError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trace = (folder / "trace.jsonl").open("w", encoding="utf-8")
    except OSError as error:
        why = f"{folder} cannot be written ({error.strerror}); name another --out"
        raise UsageError(why) from error
    with contextlib.suppress(OSError), trace:  # a full disk was told when the line was written
        yield trace


def keep_bugs(folder: Path, bugs: Sequence[BaseException]) -> None:
    """The tracebacks of what broke in the code, for who mends it; no card number in them."""
    texts = dict.fromkeys("".join(traceback.format_exception(bug)) for bug in bugs)
    if texts:
        with contextlib.suppress(OSError):  # a full disk has been told
            (folder / "traceback.txt").write_text(mask("\n".join(texts)), encoding="utf-8")
