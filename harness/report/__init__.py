"""What happened, for people and for programs. Reads traces and verdicts, decides nothing.

clean (hostile text made safe to show), history (a trace as spans and moments), text (a paragraph
per failure, two lines per pass), verdicts (``verdicts.json``), junit, allure, timeline (SVG),
dossier (one HTML file), progress (the live line), evidence (a run's folders,
and what broke in the code meanwhile), recorded (a run read back from them).
"""

from collections.abc import Sequence
from pathlib import Path

from harness.model.played import Played

__all__ = ["write"]


def write(out: Path, rig: str, played: Sequence[Played]) -> Path:
    """Write every report of a run below ``out``; returns the dossier's path.

    ``verdicts.json`` comes first: should the disk fill up, the answer is there.

    Raises:
        OSError: A report cannot be written.
    """
    # Imported here: the faces import this room, and a report is written once per run.
    from harness.report import allure, dossier, junit, verdicts

    out.mkdir(parents=True, exist_ok=True)
    verdicts.write(played, rig=rig, out=out)
    junit.write(played, rig=rig, out=out)
    path = dossier.write(played, rig=rig, out=out)
    allure.write(played, rig=rig, out=out / "allure")
    return path
