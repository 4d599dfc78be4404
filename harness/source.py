"""A YAML file, read plainly or with the place of every value: the only importer of its library."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.model.words import Path as Keys
from harness.model.words import WordError

LARGEST = 1 << 20  # bytes of one YAML file
DEEPEST = 40  # levels of one YAML file
MOST_VALUES = 100_000  # values of one YAML file, its aliases written out


class Broken(ValueError):
    """A file that is no YAML; the text has the place."""


def plain_of(path: Path) -> Any:
    """Plain dicts, lists and scalars, without places; raises Broken where it is no YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise Broken(f"{path}{place}: this is no YAML ({error.problem})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # not UTF-8, or an endless number
        raise Broken(f"{path}: this cannot be read as YAML ({error})") from error


# --- with places ----------------------------------------------------------------------------

_TAGS = ("map", "seq", "str", "null", "bool", "int", "float")


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema: ``on``, ``off``, ``no``, ``12:30`` and dates are plain texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012 - PyYAML's way


class _Swift(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by libyaml, where PyYAML has it; its words for an error are not as good."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


_CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
)
for _tag, _shape, _first in _CORE:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_shape})$"), _first)


@dataclass
class Source:
    """A YAML file: its values, and where each stands.

    Attributes:
        path: The file, as it was named.
        plain: Plain dicts, lists and scalars.
        values: Place of each value (line, column; from 1), by its keys.
        keys: Place of each key.
    """

    path: Path
    plain: Any = None
    values: dict[Keys, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Keys, tuple[int, int]] = field(default_factory=dict)

    def told(self, error: WordError) -> str:
        """The error with the place it is about, or the nearest one around it."""
        keys = error.path
        if error.at_key and keys in self.keys:
            return self._at(self.keys[keys], error.said)
        while keys and keys not in self.values:
            keys = keys[:-1]
        return self._at(self.values.get(keys, (1, 1)), error.said)

    def lines(self) -> dict[Keys, int]:
        """Line of each key or value."""
        return {keys: place[0] for keys, place in {**self.values, **self.keys}.items()}

    def _at(self, place: tuple[int, int], said: str) -> str:
        return f"{self.path}:{place[0]}:{place[1]}: {said}"


def read_source(path: Path) -> Source:
    """Read one file; raises ValueError, with its place, when it is none of ours."""
    text = _text_of(path)
    try:
        node = _composed(text)
        if node is None:
            raise Broken(f"{path}:1:1: the file is empty")
        source = Source(path)
        source.plain = _Planter(source).plant(node, ())
    except RecursionError:
        raise Broken(f"{path}:1:1: nested deeper than {DEEPEST} levels") from None
    except yaml.MarkedYAMLError as error:
        raise Broken(_yaml_told(path, error)) from None
    except yaml.YAMLError as error:
        raise Broken(f"{path}:1:1: {' '.join(str(error).split())}") from None
    return source


def _composed(text: str) -> yaml.Node | None:
    with contextlib.suppress(yaml.YAMLError):
        return yaml.compose(text, Loader=_Swift)
    return yaml.compose(text, Loader=_Loader)


def _text_of(path: Path) -> str:
    try:
        if not path.is_file():
            raise Broken(f"{path}: {'is no file' if path.exists() else 'there is no such file'}")
        if path.stat().st_size > LARGEST:
            raise Broken(f"{path}: larger than {LARGEST >> 20} MiB; that is no file of ours")
        raw = path.read_bytes()
    except OSError as error:
        raise Broken(f"{path}: cannot be read ({error.strerror or error})") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        seen = raw[error.start]
        raise Broken(f"{path}:{line}:{column}: byte 0x{seen:02X} is not UTF-8") from None


def _yaml_told(path: Path, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
    said = " ".join(part for part in (error.problem, error.context) if part) or "no YAML"
    if "'\\t'" in said:
        said = "a tab; YAML is indented with spaces"
    return f"{path}:{place}: {said}"


class _Planter:
    """Turns nodes into plain values and notes where each stands."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._constructor = _Loader("")
        self._count = 0

    def plant(self, node: yaml.Node, keys: Keys) -> Any:
        self._source.values.setdefault(keys, _place(node))
        self._count += 1
        if len(keys) > DEEPEST or self._count > MOST_VALUES:
            what = f"nested deeper than {DEEPEST} levels" if len(keys) > DEEPEST else "too large"
            raise Broken(self._told(node, f"{what}; an alias that contains itself?"))
        if node.tag.removeprefix("tag:yaml.org,2002:") not in _TAGS:
            raise Broken(self._told(node, f"tag {node.tag!r} has no meaning here"))
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, keys))
        if isinstance(node, yaml.SequenceNode):
            return [self.plant(one, (*keys, index)) for index, one in enumerate(node.value)]
        return self._constructor.construct_object(node)

    def _pairs(self, node: yaml.MappingNode, keys: Keys) -> Iterator[tuple[str, Any]]:
        seen: dict[str, tuple[int, int]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Broken(self._told(key, "a key must be a plain text"))
            name = str(key.value)  # as written: `on` and `1` are texts too
            if name in seen:
                first = f"{seen[name][0]}:{seen[name][1]}"
                raise Broken(self._told(key, f"key {name!r} stands here twice; first at {first}"))
            seen[name] = _place(key)
            self._source.keys.setdefault((*keys, name), seen[name])
            yield name, self.plant(value, (*keys, name))

    def _told(self, node: yaml.Node, said: str) -> str:
        line, column = _place(node)
        return f"{self._source.path}:{line}:{column}: {said}"


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
