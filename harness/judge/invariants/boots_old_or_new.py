"""Invariant 16: after an update, however it went, the old or the new version runs, and says so."""

import re
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._course import CODE, brings
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, either, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Names of images that no terminal may run: not whole, not signed by the right key, not newer.
UNFIT = re.compile(
    r"corrupt|damaged|torn|truncated|wrong|unsigned|bad|older|downgrade|foreign|forged|replay|flipped",
    re.IGNORECASE,
)
#: Of images that are no code: what they are called has no part in which version starts.
NO_CODE = re.compile(r"configuration|keys|parameters", re.IGNORECASE)
#: Phases in which the version that is named is the one that runs.
RUNS = frozenset({"done", "first_boot"})
#: Phases in which the version that is named has not arrived whole.
ARRIVING = frozenset({"paused", "resumed"})


@dataclass(frozen=True, slots=True)
class BootsOldOrNew:
    """Every start runs the version from before the update or a sound newer one that was offered.

    An unsigned, damaged or older image never runs (payment invariant 16), and once the terminal has
    said that an update is done there is no way back. The console's ``boot`` line says which version
    started; what is said of a first start or an end of an update must be that one, and a version
    that it goes on to fetch is not the one that it started. A configuration or keys have versions
    of their own, and no part in it.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (16,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return _BootsOldOrNew("boots_old_or_new", run)


class _BootsOldOrNew(Safety):
    kinds = frozenset({"boot", "offered", "update"})
    CHANNELS = ("console",)

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._old: str | None = None
        self._offered: list[tuple[str, str]] = []  # (image, version)
        self._boots = 0
        self._mute: list[int] = []
        self._claim: Observation | None = None  # the last word on which version runs

    def on(self, seen: Observation) -> None:
        if self._old is None:
            self._old = self._version_before(seen)
        if seen.kind == "offered":
            self._offered.append((str(seen.get("image", "")), str(seen.get("version") or "")))
        elif seen.kind == "update":
            self._settle_on(seen)
        elif seen.source == TERMINAL:
            self._boot(seen)
            if self._claim is not None and self._claim.get("phase") == "first_boot":
                self._claim = None  # a first start that was cut short binds nobody

    def _settle_on(self, seen: Observation) -> None:
        """An update is done: what runs then is the old one from here on."""
        version = str(seen.get("version") or "")
        self._check_rest(seen, version)
        if seen.get("phase") not in RUNS or self._old is None or not self._is_code(seen):
            return
        self._claim = seen
        if seen.get("phase") == "done" and version in self._allowed(self._old):
            self._old = version

    def _check_rest(self, seen: Observation, version: str) -> None:
        """A start that calls itself what an interrupted update was to bring."""
        boots = [boot for boot in self.run.books.boots if boot.n < seen.n]
        started = boots[-1] if boots else None
        if (
            seen.get("phase") in ARRIVING and self._old not in (None, version)
            and started is not None and started.get("version") == version and self._is_code(seen)
        ):  # fmt: skip
            self.fail(
                f"it says at {span(started.t)} that {version} runs, and at {span(seen.t)} that this"
                f" has not arrived yet: {seen['phase']}", (started.n, seen.n),
            )  # fmt: skip

    def _check_claim(self) -> None:
        """What it said of the version that runs must be so; a start may follow its word."""
        claim, boots = self._claim, self.run.books.boots
        last = str(boots[-1].get("version") or "") if boots else ""
        if claim is not None and last and claim["version"] != last:
            self.fail(
                f"it says that {claim['version']} is installed at {span(claim.t)}, and {last} runs",
                (boots[-1].n, claim.n),
            )  # fmt: skip

    def _is_code(self, seen: Observation) -> bool:
        """Whether an update that names its version brings code, by its word and by its offer."""
        version = str(seen.get("version") or "")
        images = [image for image, offered in self._offered if offered == version]
        no_code = bool(images) and all(map(NO_CODE.search, images))
        return bool(version) and brings(seen) == CODE and not no_code

    def _version_before(self, seen: Observation) -> str | None:
        """What ran before the first offer, by the boots up to here."""
        known = [boot for boot in self.run.books.boots if boot.get("version")]
        earlier = [boot for boot in known if boot.n < seen.n]
        if earlier:
            return str(earlier[-1]["version"])
        # the first start ever seen, with nothing offered before it, is what was there
        return str(known[0]["version"]) if known and not self._offered else None

    def _boot(self, seen: Observation) -> None:
        self._boots += 1
        version = str(seen.get("version") or "")
        if not version:
            self._mute.append(seen.n)
        elif self._old is not None and version not in self._allowed(self._old):
            self.fail(
                f"it started {version} at {span(seen.t)}, {self._what(version, self._old)};"
                f" before, {self._old} ran", (seen.n,),
            )  # fmt: skip

    def _what(self, version: str, old: str) -> str:
        images = dict.fromkeys(image for image, offered in self._offered if offered == version)
        if images:
            return f"the image {either(images)}"
        return "an older version" if rank(version) < rank(old) else "a version nobody offered"

    def _allowed(self, old: str) -> set[str]:
        """The old one, and every sound offer that is not older."""
        return {old} | {
            version for image, version in self._offered
            if version and not (UNFIT.search(image) or NO_CODE.search(image))
            and rank(version) >= rank(old)
        }  # fmt: skip

    def last_look(self) -> None:
        self._check_claim()
        if self._mute:
            self.unsure("a start did not say which version runs", self._mute)
        elif self._boots and self._old is None:
            self.unsure("which version ran before the update is not known")

    def held(self) -> str:
        if not self._boots:
            return "it did not restart"
        return f"{self._boots} starts, each with {self._old} or a sound newer version"


def rank(version: str) -> tuple[int, ...]:
    """``2.10.1`` as numbers, so that it is newer than ``2.9``."""
    return tuple(int(digits) for digits in re.findall(r"\d+", version))
