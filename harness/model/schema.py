"""JSON Schema of scenario and rig files, for editors; made from the classes that read them.

``# yaml-language-server: $schema=...`` in a file's first line gives completion, descriptions and
red lines while writing. The door in ``files.py`` is stricter: it also knows what goes together.
"""

import dataclasses
import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Union

from harness.model.pattern import SOURCES
from harness.model.rig import FACTS, ROLES
from harness.model.rigfile import DEVICE_KEYS, HEAD_KEYS, USUAL_DRIVERS, Head, driver_options
from harness.model.scenariofile import ScenarioFile
from harness.model.units import PARSERS, Money
from harness.model.words import find, key_of, words_in

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAMED = r"\$\{?[A-Za-z_][A-Za-z_0-9]*\}?"  # a varied value
NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
NAME: Schema = {"type": "string", "pattern": f"^{NAMED}$"}
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
PLAIN_TYPES: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def scenario_schema(requirements: Iterable[str] = ()) -> Schema:
    """Schema of a scenario file; ``requirements`` are the ids ``covers`` may name."""
    own = _Writer(varied=True)
    top = own.of(ScenarioFile)
    keys = top["properties"]
    said = {key: {"description": schema.get("description", "")} for key, schema in keys.items()}
    ids = sorted(requirements)
    steps = importlib.import_module("harness.engine.steps")
    needs = importlib.import_module("harness.engine.needs")
    vocabulary = importlib.import_module("harness.judge.vocabulary").VOCABULARY
    keys["covers"] = _some({"enum": ids} if ids else {"type": "string"})
    keys["needs"] = _some({"enum": sorted([*needs.NAMED, *FACTS])})
    keys["without"] = _some({"enum": sorted(FACTS)})
    keys["given"] = own.of(steps.Given)
    keys["when"] = _some(_one_of_words({word: own.of(kind) for word, kind in steps.STEPS.items()}))
    then = {word: _some(own.of(kind)) for word, kind in _found("harness.judge", "harness.judges")}
    keys["then"] = {"anyOf": [_words(then), {"type": "array", "items": _one_of_words(then)}]}
    always = {word: own.of(kind) for word, kind in _found("harness.judge.invariants")}
    keys["always"] = _some({"anyOf": [_choice(always), _one_of_words(always)]})
    keys["vary"] = _VARY
    for word, kind in vocabulary.items():
        keys[word] = _some(own.of(kind))
    for key in keys:
        keys[key] = {**keys[key], **{name: text for name, text in said[key].items() if text}}
    return {"$schema": DRAFT, "title": "Scenario", **top}


def rig_schema() -> Schema:
    """Schema of a rig file."""
    own = _Writer(varied=False)
    top = own.of(Head)
    drivers = dict(_found("harness.drivers", "harness.drivers", "Driver"))
    fixed = {key: own.of(hint) for key, hint in DEVICE_KEYS.items() if key != "driver"}
    for role in ROLES:
        top["properties"][role] = _device_schema(own, role, drivers, fixed)
    assert set(top["properties"]) == {*HEAD_KEYS, *ROLES}  # noqa: S101 - a programming error
    return {"$schema": DRAFT, "title": "Rig", **top}


def _device_schema(
    own: "_Writer", role: str, drivers: Mapping[str, Any], fixed: Mapping[str, Schema]
) -> Schema:
    choices: list[Schema] = [
        {"type": "string", "description": f"An address; driver {_usual(role)}"}
    ]
    for word, kind in drivers.items():
        options = {key: own.of(hint) for key, hint in driver_options(kind).items()}
        choices.append(
            {
                "type": "object",
                "description": _first_sentence(inspect.getmodule(kind)),
                "properties": {"driver": {"const": word}, **fixed, **options},
                "required": ["address"] if word == _usual(role) else ["driver", "address"],
                "additionalProperties": False,
            }
        )
    return {"anyOf": choices}


def _usual(role: str) -> str:
    return USUAL_DRIVERS[role]


def _found(package: str, group: str = "", name: str = "") -> Iterable[tuple[str, Any]]:
    for word in words_in(package, group):
        kind = find(package, word, group=group, name=name)
        yield word, getattr(kind, name, kind) if name else kind


class _Writer:
    """Schemas of annotations; with ``varied``, ``$name`` may stand for a value."""

    def __init__(self, *, varied: bool) -> None:
        self._varied = varied

    def of(self, hint: Any) -> Schema:
        """The schema of one annotation, as ``words.value_of`` reads it."""
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if hint in PARSERS:
            return {"type": "string", "pattern": _quantity(hint, varied=self._varied)}
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in inner]}
        if origin in (list, tuple, Sequence):
            return _some(self.of(inner[0]))
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.of(inner[1])}
        if origin is Literal:
            numbers = [int(one) for one in inner if str(one).isdigit()]
            return self._or_name({"enum": [*inner, *numbers]})
        return self._plain(hint)

    def _plain(self, hint: Any) -> Schema:
        special = _SPECIAL.get(getattr(hint, "__name__", ""))
        if special is not None:
            return special(self)
        if dataclasses.is_dataclass(hint) and not hasattr(hint, "read"):
            return self._class(hint)
        kind = PLAIN_TYPES.get(hint)
        if kind is None:
            return {}
        return {"type": kind} if hint in (str, type(None)) else self._or_name({"type": kind})

    def _or_name(self, schema: Schema) -> Schema:
        return {"anyOf": [schema, NAME]} if self._varied else schema

    def _class(self, kind: Any) -> Schema:
        hints = typing.get_type_hints(kind)
        said = {
            key: text for one in reversed(kind.__mro__) for key, text in _attributes(one).items()
        }
        rows = [row for row in dataclasses.fields(kind) if row.init]
        properties = {}
        for row in rows:
            text = said.get(row.name)
            properties[key_of(row)] = {
                **self.of(hints[row.name]),
                **({"description": text} if text else {}),
            }
        required = [key_of(row) for row in rows if _required(row)]
        schema = {**_words(properties), "description": _first_sentence(kind)}
        if required:
            schema["required"] = required
        short = getattr(kind, "SHORT", None)
        others = [{"type": "null"}] if not required else []
        others += [self.of(hints[short])] if short else []
        return {"anyOf": [schema, *others]} if others else schema

    def pattern(self, **more: Schema) -> Schema:
        """What points at an observation: a text or a map."""
        texts = {
            key: {"type": "string"} for key in ("source", "src", "kind", "match", "text", *SOURCES)
        }
        fields = {"type": ["string", "number", "boolean", "array"]}
        keys = {"type": "object", "properties": {**texts, **more}, "additionalProperties": fields}
        return {"anyOf": [{"type": "string"}, {**keys, "minProperties": 1}]}

    def awaited(self) -> Schema:
        """A pattern, and the step's own times and end beside it."""
        kind = importlib.import_module("harness.engine.steps").Await
        times = {key: hint for key, hint in typing.get_type_hints(kind).items() if hint in PARSERS}
        own = {key: self.of(hint) for key, hint in times.items()}
        return self.pattern(**own, before=self.pattern())

    def injected(self) -> Schema:
        """One fault with its keys; perhaps a name."""
        faults = {word: self.of(kind) for word, kind in _found("harness.faults", "harness.faults")}
        keys = {**faults, "as": {"type": "string", "description": "A name to clear it by."}}
        ways = [_choice(faults), {**_words(keys), "minProperties": 1, "maxProperties": 2}]
        return {"anyOf": [*ways, NAME] if self._varied else ways}


_SPECIAL: dict[str, Callable[[_Writer], Schema]] = {
    "Pattern": _Writer.pattern,
    "Await": _Writer.awaited,
    "Inject": _Writer.injected,
}
_RANGE: Schema = {
    "type": "object",
    "properties": {"from": SCALAR, "to": SCALAR, "step": SCALAR},
    "required": ["from", "to", "step"],
    "additionalProperties": False,
}
_LIST: Schema = {"type": "array", "items": SCALAR, "minItems": 1}
_NAMES: Schema = {"type": "object", "additionalProperties": {"anyOf": [_LIST, _RANGE]}}
_ROW: Schema = {"type": "object", "additionalProperties": {"anyOf": [_LIST, _RANGE, SCALAR]}}
_VARY: Schema = {"anyOf": [_NAMES, {"type": "array", "items": _ROW, "minItems": 1}]}


def _quantity(kind: Any, *, varied: bool) -> str:
    units = kind.CURRENCIES if kind is Money else kind.UNITS
    number = f"({NAMED}|{NUMBER})" if varied else NUMBER
    amount = rf"\s*{number}\s*({'|'.join(map(re.escape, units))})\s*"
    return f"^({NAMED}|{amount})$" if varied else f"^{amount}$"


def _required(row: "dataclasses.Field[Any]") -> bool:
    return row.default is dataclasses.MISSING and row.default_factory is dataclasses.MISSING


def _some(schema: Schema) -> Schema:
    """One, or a list of them."""
    return {"anyOf": [{"type": "array", "items": schema}, schema]}


def _words(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _one_of_words(words: Mapping[str, Schema]) -> Schema:
    return {**_words(words), "minProperties": 1, "maxProperties": 1}


def _choice(words: Iterable[str]) -> Schema:
    return {"enum": list(words)}


def _first_sentence(thing: Any) -> str:
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split())


def _attributes(kind: Any) -> dict[str, str]:
    """What the class's docstring says of its fields, below ``Attributes:``."""
    _, _, part = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    rows = re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", part, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in rows}
