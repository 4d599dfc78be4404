"""Plays the short scenarios on the loopback rig, a few side by side: each has a bench of its own.

``python harness/tests/loopback.py`` is what ``tox -e loopback`` runs. On a host that stalls a step
in real time may come too late; the harness says so, INCONCLUSIVE or ERROR, and such an item is
played again, twice at most. A FAIL is a FAIL.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from harness.files import load_scenarios
from harness.runner import EXIT_UNDECIDED

ROOT = Path(__file__).parents[2]
RIG = ROOT / "rigs" / "loopback.yaml"
OUT = ROOT / "reports" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-loopback"
TAG = "short"
BESIDE, TRIES = 3, 3  # a bench takes a tenth of a processor, and most of a second to start


def main() -> int:
    """Play them all; 0 when all passed, else the worst exit status."""
    every = load_scenarios(ROOT / "scenarios")
    short = {one.path for one in every if TAG in one.tags}
    paths = sorted(short, reverse=True)  # the longest is in the last family
    with ThreadPoolExecutor(BESIDE) as pool:
        codes = list(pool.map(_play, paths))
    return max(codes, default=EXIT_UNDECIDED)


def _play(path: str) -> int:
    for number in range(1, TRIES + 1):
        out = OUT / f"{Path(path).stem}-{number}"
        words = ["run", path, "--rig", str(RIG), "--out", str(out)]
        code = "import sys; from harness.cli import main; sys.exit(main())"
        run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
        sys.stdout.write(run.stdout + (run.stderr if run.returncode else ""))
        sys.stdout.flush()
        if run.returncode != EXIT_UNDECIDED:
            break
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
