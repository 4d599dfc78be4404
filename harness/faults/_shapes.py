"""What faults of the path have in common: put on, seen in force, taken off."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from harness.faults._crossing import Crossing
from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import Profiled
from harness.model.trace import Observation

NEAR = 0.01  # of a value: links keep integers here and floats there
BURST = ("begin", "end", "bad", "good")


class Shaped:
    """A fault that is a shape of the path; cleared, the path is as at its start."""

    NEEDS: ClassVar[tuple[type, ...]] = (Profiled,)
    #: Not a key: what crossed the path meanwhile.
    _crossing: ClassVar[Crossing]

    def ways(self) -> Mapping[str, Mapping[str, object]]:
        """``up`` and ``down``, as links take them."""
        raise NotImplementedError

    def uses(self) -> list[str]:
        """What the path must be able to do, in the words of ``Limited.lacks``."""
        return sorted({name for way in self.ways().values() for name in way})

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it; ``""`` where it can."""
        return refusal(self.uses(), means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        """Refused by name where the path cannot do all of it."""
        object.__setattr__(self, "_crossing", Crossing())
        network = cast.playing(Profiled)
        check(network, self.uses())
        try:
            network.set_profile(**self.ways())
            yield self
            self._crossing.count(cast)
        finally:
            network.set_profile(up={}, down={})

    def play(self, cast: Cast) -> None:
        """Have the path count what crosses it."""
        self._crossing.watch(cast)

    def took_effect(self, seen: Observation) -> bool:
        """The path itself says that it is in force, and something crossed it then."""
        if (seen.source, seen.kind) != ("network", "path"):
            return self._crossing.shows(seen)
        told = seen.get("path")
        self._crossing.force(
            on=isinstance(told, Mapping)
            and all(_is(told.get(way), wanted) for way, wanted in self.ways().items())
        )
        return False


def _is(told: Any, wanted: Mapping[str, object]) -> bool:
    return isinstance(told, Mapping) and all(
        key in told and _same(told[key], value) for key, value in wanted.items()
    )


def _same(told: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        seen = [told.get(name) for name in BURST] if isinstance(told, Mapping) else told
        return (
            isinstance(seen, list)
            and len(seen) == len(wanted)
            and all(map(_same, seen, wanted))
        )  # fmt: skip
    if isinstance(told, bool) or not isinstance(told, int | float):
        return False
    return bool(abs(told - wanted) <= NEAR * abs(wanted) + 1e-9)
