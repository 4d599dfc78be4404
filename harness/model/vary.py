"""``vary:`` one scenario file, many points: named values, used as ``$name`` anywhere in it.

Names with lists or ranges make every combination. What goes together is a list of rows
(``- {part: paper, cause: paper_out}``), each with the same names; a row's combinations are its own.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.model.units import PARSERS
from harness.model.words import Path, WordError, instead, nearest

MOST = 10_000  # points of one file; more is a slip of the pen
_NUMBER = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(\S.*?)?\s*")
_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|(\$))")
_RANGE = ("from", "to", "step")


def points(vary: Any, path: Path = ("vary",)) -> list[dict[str, Any]]:
    """Every combination of the varied values, the last name turning fastest; rows one by one.

    Without ``vary`` there is one point with no values. Raises WordError.
    """
    if vary is None:
        return [{}]
    if isinstance(vary, list) and vary:
        return _rows(vary, path)
    if not isinstance(vary, Mapping) or not vary:
        raise WordError(path, f"{vary!r} seen, wanted names with lists or {{from, to, step}}")
    columns = {str(name): _values(given, (*path, name)) for name, given in vary.items()}
    for name in columns:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise WordError((*path, name), f"{name!r} is no name", at_key=True)
    rows = list(itertools.islice(itertools.product(*columns.values()), MOST + 1))
    if len(rows) > MOST:
        raise WordError(path, f"more than {MOST} points; a larger step, or fewer names")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _rows(rows: Sequence[Any], path: Path) -> list[dict[str, Any]]:
    """The points of each row; a lone value in it stands for a list of one."""
    found: list[dict[str, Any]] = []
    for index, row in enumerate(rows):
        here = (*path, index)
        if not isinstance(row, Mapping) or not row:
            raise WordError(here, f"{row!r} seen, wanted the same names in each row")
        if set(row) != set(rows[0]):
            raise WordError(here, f"names {', '.join(map(str, row))}; the first row has others")
        lone = {name: [one] for name, one in row.items() if isinstance(one, str | int | float)}
        found += points({**row, **lone}, here)
    if len(found) > MOST:
        raise WordError(path, f"more than {MOST} points; a larger step, or fewer names")
    return found


def readable(point: Mapping[str, Any]) -> str:
    """``[cut_after=120ms,card=chip]``, or ``""`` for the only point."""
    if not point:
        return ""
    return "[" + ",".join(f"{name}={_short(value)}" for name, value in point.items()) + "]"


def _short(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"\s+", "", text)


def _values(given: Any, path: Path) -> list[Any]:
    if isinstance(given, Mapping):
        return list(_range(given, path))
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise WordError(path, f"{given!r} seen, wanted a list or {{from, to, step}}")
    for index, value in enumerate(given):
        if isinstance(value, Mapping | list) or value is None:
            raise WordError((*path, index), f"{value!r} seen, wanted a text or a number")
    return list(given)


def _range(given: Mapping[Any, Any], path: Path) -> Iterator[Any]:
    numbers, units = _ends(given, path)
    factors = _factors(units, path)
    start, end, step = (numbers[key] * factors[key] for key in _RANGE)
    here = (*path, "step")
    if step == 0 or (end - start) / step < 0:
        raise WordError(here, f"{given['step']!r} never leads from the first to the last")
    if (end - start) / step > MOST:
        raise WordError(here, f"{given['step']!r} makes more than {MOST} points")
    for index in range(int((end - start) / step) + 1):
        yield _told((start + index * step) / factors["step"], units["step"])


def _ends(given: Mapping[Any, Any], path: Path) -> tuple[dict[str, Decimal], dict[str, str]]:
    for key in given:
        if key not in _RANGE:
            wanted = f"unknown key {key!r}{instead(str(key), _RANGE, 'Known here')}"
            raise WordError((*path, key), wanted, at_key=True)
    numbers: dict[str, Decimal] = {}
    units: dict[str, str] = {}
    for key in _RANGE:
        if key not in given:
            raise WordError(path, f"key {key!r} is missing; wanted: from, to, step")
        found = _NUMBER.fullmatch(str(given[key]))
        if found is None or isinstance(given[key], bool):
            raise WordError((*path, key), f"{given[key]!r} seen, wanted a number with its unit")
        numbers[key], units[key] = Decimal(found[1]), found[2] or ""
    return numbers, units


def _told(number: Decimal, unit: str) -> Any:
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if unit:
        return f"{text} {unit}"
    return float(text) if "." in text else int(text)


def _factors(units: Mapping[str, str], path: Path) -> dict[str, Decimal]:
    """What each end's unit is worth, all of one kind."""
    if len(set(units.values())) == 1:
        return dict.fromkeys(units, Decimal(1))
    for kind in PARSERS:
        known: Mapping[str, float] = getattr(kind, "UNITS", {})
        if all(unit in known for unit in units.values()):
            return {key: Decimal(repr(known[unit])) for key, unit in units.items()}
    seen = ", ".join(repr(unit) for unit in units.values())
    raise WordError(path, f"units {seen} do not go together")


def put_in(
    plain: Any, point: Mapping[str, Any], path: Path = (), used: set[str] | None = None
) -> Any:
    """``plain`` with every ``$name`` (or ``${name}``) replaced; ``$$`` is a dollar sign.

    A text that is nothing but ``$name`` becomes the value itself, so a number stays one.

    Args:
        plain: Plain YAML values.
        point: Name -> value.
        path: Where ``plain`` stands.
        used: Takes the names that were met.

    Raises:
        WordError: A name that is not varied.
    """
    if isinstance(plain, Mapping):
        return {key: put_in(one, point, (*path, key), used) for key, one in plain.items()}
    if isinstance(plain, list):
        return [put_in(one, point, (*path, index), used) for index, one in enumerate(plain)]
    if not isinstance(plain, str) or "$" not in plain:
        return plain

    def value(found: re.Match[str]) -> Any:
        if found[3]:
            return "$"
        name = found[1] or found[2]
        if name not in point:
            known = ", ".join(point) or "none"
            raise WordError(
                path,
                f"${name} is not varied{nearest(name, point)} Varied: {known}; $$ is a plain $",
            )
        if used is not None:
            used.add(name)
        return point[name]

    whole = _NAME.fullmatch(plain)
    return value(whole) if whole else _NAME.sub(lambda found: str(value(found)), plain)
