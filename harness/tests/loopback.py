"""Plays the short scenarios on the loopback rig, a few side by side: each has a bench of its own.

``python harness/tests/loopback.py`` is what ``tox -e loopback`` runs; with ``updates``, what
``tox -e updates`` does: updates of a terminal that is a process, cut by SIGKILL. On a host that
stalls a step in real time may come too late; the harness says so, INCONCLUSIVE or ERROR, and such
an item is played again, twice at most. A FAIL is a FAIL.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.files import load_scenarios
from harness.runner import EXIT_UNDECIDED

ROOT = Path(__file__).parents[2]
RIG = ROOT / "rigs" / "loopback.yaml"
KILLED = ROOT / "rigs" / "loopback_update.yaml"
#: U-1, U-2, U-3 and U-6: what is cut, what breaks off, what is refused, what waits for a sale.
UPDATES = (
    "cut_while_downloading", "cut_while_installing", "link_lost_while_downloading",
    "bad_image_refused", "installs_after_sale",
)  # fmt: skip
OUT = ROOT / "reports" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-loopback"
TAG = "short"
BESIDE, TRIES = 3, 3  # a bench takes a tenth of a processor, and most of a second to start


def main(word: str = "") -> int:
    """Play them all; 0 when all passed, else the worst exit status."""
    if word == "updates":
        return _all([str(ROOT / "scenarios/firmware" / f"{one}.yaml") for one in UPDATES], KILLED)
    every = load_scenarios(ROOT / "scenarios")
    short = {one.path for one in every if TAG in one.tags}
    paths = sorted(short, reverse=True)  # the longest is in the last family
    return _all(paths, RIG)


def _all(paths: list[str], rig: Path) -> int:
    with ThreadPoolExecutor(BESIDE) as pool:
        codes = list(pool.map(partial(_play, rig=rig), paths))
    return max(codes, default=EXIT_UNDECIDED)


def _play(path: str, *, rig: Path) -> int:
    for number in range(1, TRIES + 1):
        out = OUT / f"{Path(path).stem}-{number}"
        words = ["run", path, "--rig", str(rig), "--out", str(out)]
        code = "import sys; from harness.cli import main; sys.exit(main())"
        run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
        sys.stdout.write(run.stdout + (run.stderr if run.returncode else ""))
        sys.stdout.flush()
        if run.returncode != EXIT_UNDECIDED:
            break
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
