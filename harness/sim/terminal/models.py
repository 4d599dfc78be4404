"""The simulated terminals by name: a folder of ``fixtures/terminal``."""

from collections.abc import Mapping
from typing import Any

from harness.files import fixture, read_plain


def read_character(name: str) -> dict[str, Any]:
    """A terminal's personality; ``like: <another>`` in it stands for what it does not say."""
    own: dict[str, Any] = dict(read_plain(fixture("terminal", name, "personality.yaml")))
    like = own.pop("like", None)
    return merged(read_character(like), own) if like else own


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``, mappings within as well."""
    result = dict(base)
    for key, value in own.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = merged(below, value) if both and below is not None else value
    return result
