"""A power that some instruments of a kind have and others lack, found out by asking."""

from collections.abc import Callable
from types import MethodType
from typing import Any


class WhenFound:
    """A method that an instance has only when its instrument knows a verb; a class always has.

    The instance has ``found()``, which gives the verbs and may ask for them.
    """

    def __init__(self, verb: str, method: Callable[..., Any]) -> None:
        self._verb, self._method = verb, method

    def __get__(self, one: Any, owner: type | None = None) -> Callable[..., Any]:
        if one is None:
            return self._method
        if self._verb not in one.found():
            raise AttributeError(f"this supply has no {self._verb}")
        return MethodType(self._method, one)
