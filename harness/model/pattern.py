r"""What an observation must look like: the one way to point at something in a trace.

In YAML::

    answered                                  # a kind
    update.downloading                        # a kind and its phase (or state)
    "terminal: NO SIGNAL"                     # a source and a text in any of its fields
    {host: answered, of: first}               # source: kind, and fields it must have
    {update: downloading, percent: ">= 37"}   # the same, a number compared
    {source: terminal, kind: line, match: 'REQ (?P<stan>\d+)'}   # a regular expression

Several patterns in a list mean all of them, in any order. Kinds are those of
``harness/model/observed.py``, and causes those of ``causes.py``; what only a driver of your own
says is named in full: ``{source: terminal, kind: drawer_opened}``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from harness.model import observed
from harness.model.causes import CAUSES
from harness.model.trace import Observation
from harness.model.words import Path, WordError, instead, nearest

SOURCES = (
    "terminal", "host", "network", "modem", "attenuator", "supply", "switch", "reader", "updates",
    "flash", "hands", "engine",
)  # fmt: skip
#: Bare words that are no kinds: the edges of a fault (``judge/vocabulary/_matching.py``).
EDGES = ("fault", "cleared")
_COMPARE = re.compile(r"\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Pattern:
    """See the module text. Empty parts match anything.

    Attributes:
        source: The role heard.
        kind: The vocabulary word.
        phase: Value of the observation's ``phase`` or ``state``.
        fields: Values its fields must have; ``">= 37"`` compares numbers.
        text: A literal that one of its string fields must contain.
        match: A regular expression that one of its string fields must contain.
    """

    source: str = ""
    kind: str = ""
    phase: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    match: str = ""

    @classmethod
    def read(cls, plain: Any, path: Path = ()) -> Self:
        """From YAML; raises WordError."""
        if isinstance(plain, cls):
            return plain
        if isinstance(plain, str):
            return cls._from_text(plain, path)
        if not isinstance(plain, Mapping) or not plain:
            raise WordError(path, f"{plain!r} seen, wanted a pattern such as {{host: answered}}")
        return cls._from_keys(dict(plain), path)

    @classmethod
    def _from_text(cls, plain: str, path: Path) -> Self:
        source, colon, text = plain.partition(":")
        if colon and source.strip() in SOURCES:
            return cls(source=source.strip(), text=text.strip())
        if not re.fullmatch(r"\w+(?:\.\w+)?", plain.strip()):
            near = nearest(source.strip(), SOURCES) if colon else ""
            said = f"{plain!r} seen, wanted a kind, kind.phase or source: text{near}"
            raise WordError(path, f"{said}. Sources: {', '.join(SOURCES)}")
        kind, _, phase = plain.strip().partition(".")
        if kind not in EDGES:
            _check_kind("", kind, path)
        return cls(kind=kind, phase=phase)

    @classmethod
    def _from_keys(cls, plain: dict[str, Any], path: Path) -> Self:
        source = str(plain.pop("source", plain.pop("src", "")))
        kind = own = str(plain.pop("kind", ""))
        match = str(plain.pop("match", ""))
        text = str(plain.pop("text", ""))
        phase = ""
        named = [key for key in plain if key in SOURCES]
        if named and not kind:
            source = named[0]
            kind = str(plain.pop(source))
        elif not kind and plain:
            kind = next(iter(plain))
            phase = str(plain.pop(kind))
        if "." in kind:
            kind, _, phase = kind.partition(".")
        if kind and not own:
            _check_kind(source, kind, (*path, named[0]) if named else path)
        if source != "modem":  # its causes are the network's own words
            _check_causes(plain.get("cause"), (*path, "cause"))
        try:
            re.compile(match)
        except re.error as error:
            raise WordError(
                (*path, "match"), f"{match!r} is no regular expression: {error}"
            ) from error
        if not (source or kind or match or text):
            raise WordError(path, "an empty pattern matches everything; name a source or a kind")
        return cls(source, kind, phase, plain, text, match)

    def matches(self, seen: Observation) -> dict[str, str] | None:
        """What its named groups bound (``{}`` for none); None when it does not match."""
        if (self.source and seen.source != self.source) or (self.kind and seen.kind != self.kind):
            return None
        if self.phase and self.phase not in (seen.get("phase"), seen.get("state")):
            return None
        if not all(_fits(wanted, seen.get(name)) for name, wanted in self.fields.items()):
            return None
        texts = [value for value in seen.fields.values() if isinstance(value, str)]
        if self.text and not any(self.text in value for value in texts):
            return None
        if not self.match:
            return {}
        for value in texts:
            found = re.search(self.match, value)
            if found:
                return {key: got for key, got in found.groupdict().items() if got is not None}
        return None

    def __str__(self) -> str:
        kind = ".".join(part for part in (self.kind, self.phase) if part)
        own = [f"{name}={value}" for name, value in self.fields.items()]
        said = [repr(self.text)] if self.text else [f"/{self.match}/"] if self.match else []
        head = ": ".join(part for part in (self.source, kind) if part)
        return " ".join(part for part in (head, *own, *said) if part)


def _check_kind(source: str, kind: str, path: Path) -> None:
    why = observed.unknown(source, kind)
    if why:
        raise WordError(path, why)


def _check_causes(wanted: Any, path: Path) -> None:
    for cause in wanted if isinstance(wanted, list | tuple) else [wanted]:
        if cause and cause not in CAUSES:
            raise WordError(path, f"no cause {cause!r}{instead(str(cause), CAUSES)}")


def _fits(wanted: Any, seen: Any) -> bool:
    if isinstance(wanted, list | tuple):
        return any(_fits(one, seen) for one in wanted)
    if isinstance(wanted, str) and isinstance(seen, int | float):
        found = _COMPARE.fullmatch(wanted)
        if found:
            limit = float(found[2])
            sign = {">=": seen >= limit, "<=": seen <= limit, ">": seen > limit, "<": seen < limit}
            return bool(sign[found[1]])
    return bool(wanted == seen or str(wanted) == str(seen))
