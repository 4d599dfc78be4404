"""The models of simulated modems: each a folder of ``fixtures/modem``."""

from collections.abc import Mapping
from typing import Any

from harness.files import fixture, read_plain


def models() -> list[str]:
    """The models there are."""
    return sorted(one.name for one in fixture("modem").iterdir() if one.is_dir())


def personality_of(model: str) -> Mapping[str, Any]:
    """What a model's folder says.

    Raises:
        LookupError: No such model.
    """
    if model not in models():
        raise LookupError(f"no modem {model!r}; known: {', '.join(models())}")
    plain: Mapping[str, Any] = read_plain(fixture("modem", model, "personality.yaml"))
    return plain


def language_of(model: str) -> str:
    """The language a model speaks, which is the word of its driver."""
    return str(personality_of(model)["language"])
