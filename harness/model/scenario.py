"""A scenario: one story in given / when / then, as frozen words.

``Scenario.plain`` is the resolved YAML (every ``$name`` of ``vary`` replaced); it travels in the
trace's first line, so that a recorded run can be judged with no file at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Scenario:
    """One item: a scenario file at one point of its ``vary``.

    Attributes:
        id: The catalogue's id, e.g. ``Q-2``.
        name: The file's stem, and the readable id with the varied values, e.g.
            ``cut_sweep[cut_after=120ms]``.
        family: The folder: data, power, signal, reader, firmware ...
        story: One or two sentences.
        covers: Requirement ids (A1 .. F10, N1 .. N4).
        tags: Free words, e.g. ``short``.
        path: The file, as it was named.
        varied: The values of this point, as written.
        plain: The resolved keys ``given when then always expect never sometimes exactly_once``.
        lines: Line of each step (index) and clause (``then.detects``) in the file.
    """

    id: str
    name: str
    family: str
    story: str
    covers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    path: str = ""
    varied: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def spec(self) -> dict[str, Any]:
        """What ``run_started`` carries: enough to judge and to report without the file."""
        return {
            "id": self.id, "name": self.name, "family": self.family, "story": self.story,
            "covers": list(self.covers), "tags": list(self.tags), "path": self.path,
            "varied": dict(self.varied), **self.plain,
        }  # fmt: skip
