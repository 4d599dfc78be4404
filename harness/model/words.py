"""A word of a scenario is a class; its fields are the YAML keys.

``find`` turns a word into its class (``power_dip`` -> ``harness.faults.power_dip.PowerDip``) or,
for third parties, an entry point. ``fill`` makes an instance from plain YAML values by the fields'
annotations, so that behind this door there are types, units and nothing unknown. Errors carry the
path to the value; ``source.py`` adds file, line and column.

A class may say ``SHORT = "lasting"``: then a bare value stands for that one field
(``hold: 90 s``). A class with ``read(plain, path)`` reads itself. A package may make words of its
own (``MADE``: word -> what stands for its file) where one table says what many files would.
"""

import dataclasses
import difflib
import importlib
import pkgutil
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar, Union

from harness.errors import UsageError
from harness.model.units import PARSERS

T = TypeVar("T")
Path = tuple[str | int, ...]


class WordError(ValueError):
    """A plain value does not fit.

    Attributes:
        path: Keys and indexes from the outermost value to the wrong one.
        said: What was seen, what was wanted, what to do.
        at_key: Whether the key itself (not its value) is wrong.
    """

    def __init__(self, path: Path, said: str, *, at_key: bool = False) -> None:
        super().__init__(f"{'.'.join(map(str, path)) or 'here'}: {said}")
        self.path = path
        self.said = said
        self.at_key = at_key


def camel(word: str) -> str:
    """``power_dip`` -> ``PowerDip``."""
    return "".join(part.capitalize() for part in word.split("_"))


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'power_dip'?`` or ``""``."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


#: So many words are not listed beside the nearest one.
MANY = 60


def instead(word: str, known: Iterable[str], where: str = "Known") -> str:
    """``; did you mean 'power_dip'? Known: ...`` or ``. Known: ...``."""
    words = list(known)
    near = nearest(word, words)
    if near and len(words) > MANY:
        return f"{near} ({len(words)} are known)"
    return f"{near or '.'} {where}: {', '.join(words)}"


@lru_cache
def _theirs(group: str) -> tuple[EntryPoint, ...]:
    """Entry points of a group."""
    return tuple(_installed().select(group=group)) if group else ()


@lru_cache(maxsize=1)
def _installed() -> Any:  # EntryPoints, or before Python 3.12 what has them
    """All there are; kept, because asking reads every installed package's metadata."""
    return entry_points()


def words_in(package: str, group: str = "") -> tuple[str, ...]:
    """Every word a package (and an entry point group) knows, sorted; raises UsageError."""
    own, theirs = _own(package), [point.name for point in _theirs(group)]
    if not theirs:
        return own
    if clash := sorted(set(own) & set(theirs)):
        points = [f"{one.name} = {one.value}" for one in _theirs(group) if one.name in clash]
        raise UsageError(
            f"entry points {group}: {', '.join(points)}: there is a built-in word of that name;"
            " give yours another one, and install its package again"
        )
    return tuple(sorted({*own, *theirs}))


@lru_cache
def _own(package: str) -> tuple[str, ...]:
    """A package's modules that are words, and those it makes; kept, for it walks a folder."""
    home = importlib.import_module(package)
    files = (
        found.name
        for found in pkgutil.iter_modules(home.__path__)
        if not found.name.startswith("_") and not found.ispkg
    )
    return tuple(sorted({*files, *_made(package)}))


def _made(package: str) -> Mapping[str, Any]:
    """Word -> what stands for its file."""
    return getattr(importlib.import_module(package), "MADE", {})


def find(package: str, word: str, *, group: str = "", name: str = "") -> Any:
    """The object behind a word; raises LookupError with the nearest word.

    Args:
        package: Where built-in words live, e.g. ``harness.faults``.
        word: The word in the YAML.
        group: Entry point group for third parties.
        name: Attribute of the module; the word in CamelCase when left out.
    """
    known = words_in(package, group)
    if word not in known:
        kind = package.rsplit(".", 1)[-1]
        raise LookupError(f"no word {word!r} in {kind}{instead(word, known)}")
    for point in _theirs(group):
        if point.name == word:
            try:
                return point.load()
            except (ImportError, AttributeError) as error:
                raise LookupError(
                    f"entry point {group}: {word} = {point.value}: {error}"
                ) from error
    wanted = name or camel(word)
    made = _made(package).get(word)
    found = getattr(made or importlib.import_module(f"{package}.{word}"), wanted, None)
    if found is None:
        raise LookupError(f"the file of {package}.{word} has no {wanted}")
    return found


def key_of(field: "dataclasses.Field[Any]") -> str:
    """The YAML key of a field: its name, or ``metadata['key']`` where Python reserves the word."""
    return str(field.metadata.get("key", field.name))


def fill(kind: type[T], plain: Any, path: Path = ()) -> T:
    """Make ``kind`` from plain YAML values; raises WordError."""
    own = getattr(kind, "read", None)
    if own is not None:
        return typing.cast(T, own(plain, path))
    short = getattr(kind, "SHORT", None)
    if plain is None:
        plain = {}
    elif short and not isinstance(plain, Mapping):
        plain = {short: plain}
    if not isinstance(plain, Mapping):
        raise WordError(path, f"{plain!r} seen, wanted keys: {', '.join(_keys(kind))}")
    values = _values_of(kind, plain, path)
    try:
        return kind(**values)
    except ValueError as error:
        raise WordError(path, str(error)) from error


@lru_cache
def _hints_of(kind: Any) -> dict[str, Any]:
    """The annotations of a class; kept, because each scenario asks again."""
    return typing.get_type_hints(kind)


def _values_of(kind: type, plain: Mapping[Any, Any], path: Path) -> dict[str, Any]:
    hints = _hints_of(kind)
    rows = {key_of(row): row for row in dataclasses.fields(kind) if row.init}
    for key in plain:
        if key not in rows:
            raise WordError(
                (*path, key),
                f"unknown key {key!r}{instead(str(key), rows, 'Known here')}",
                at_key=True,
            )
    values: dict[str, Any] = {}
    for key, row in rows.items():
        if key in plain:
            values[row.name] = value_of(hints[row.name], plain[key], (*path, key))
        elif _required(row):
            raise WordError(path, f"key {key!r} is missing; wanted: {', '.join(rows)}")
    return values


def _required(row: "dataclasses.Field[Any]") -> bool:
    return row.default is dataclasses.MISSING and row.default_factory is dataclasses.MISSING


def _keys(kind: type) -> list[str]:
    return [key_of(row) for row in dataclasses.fields(kind)]


def value_of(hint: Any, plain: Any, path: Path) -> Any:
    """One plain value, as the annotation wants it; raises WordError."""
    origin = typing.get_origin(hint)
    if hint is Any:
        return plain
    if origin is Literal:
        return _literal(typing.get_args(hint), plain, path)
    if origin in (Union, types.UnionType):
        return _union(typing.get_args(hint), plain, path)
    if origin in (list, tuple, Sequence):
        return _sequence(hint, plain, path)
    if origin in (dict, Mapping):
        if not isinstance(plain, Mapping):
            raise WordError(path, f"{plain!r} seen, wanted keys and values")
        inner = typing.get_args(hint)[1]
        return {str(key): value_of(inner, value, (*path, key)) for key, value in plain.items()}
    if dataclasses.is_dataclass(hint) and hint not in PARSERS:
        return fill(typing.cast(type, hint), plain, path)
    return _scalar(hint, plain, path)


def _literal(allowed: Sequence[Any], plain: Any, path: Path) -> Any:
    if plain in allowed:
        return plain
    if isinstance(plain, int) and str(plain) in allowed:  # YAML reads a word of digits as a number
        return str(plain)
    raise WordError(
        path,
        f"{plain!r} seen, wanted one of: {', '.join(map(str, allowed))}"
        f"{nearest(str(plain), map(str, allowed))}",
    )


def _union(choices: Sequence[Any], plain: Any, path: Path) -> Any:
    if plain is None and type(None) in choices:
        return None
    said: list[str] = []
    for choice in choices:
        if choice is type(None):
            continue
        try:
            return value_of(choice, plain, path)
        except WordError as error:
            if len(error.path) > len(path):
                raise  # it had the right shape, and is wrong inside: say that
            said.append(error.said)
    raise WordError(path, "; or ".join(dict.fromkeys(said)))


def _sequence(hint: Any, plain: Any, path: Path) -> Any:
    inner = typing.get_args(hint)
    if not isinstance(plain, Sequence) or isinstance(plain, str):
        plain = [plain]  # one thing where several may stand
    rows = [value_of(inner[0], value, (*path, index)) for index, value in enumerate(plain)]
    return tuple(rows) if typing.get_origin(hint) is tuple else rows


def _scalar(hint: Any, plain: Any, path: Path) -> Any:
    parse = PARSERS.get(hint)
    if parse is not None:
        if isinstance(plain, hint):
            return plain
        if isinstance(plain, bool) or not isinstance(plain, str | int | float):
            raise WordError(path, f"{plain!r} seen, wanted {_example(hint)}")
        try:
            return parse(str(plain))
        except ValueError as error:
            raise WordError(path, str(error)) from error
    if hint is float and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    if hint in (str, int, float, bool) and type(plain) is hint:
        return plain
    raise WordError(path, f"{plain!r} seen, wanted {_NAMES.get(hint, str(hint))}")


_NAMES: dict[Any, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false",
}  # fmt: skip


def _example(hint: Any) -> str:
    units = getattr(hint, "UNITS", None)
    return f"a number with one of: {', '.join(units)}" if units else "e.g. '12.34 CNY'"
