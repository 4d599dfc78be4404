"""Words: a class from its name, an instance from plain values, an error with its path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Any, ClassVar, Literal, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.model import words
from harness.model.units import Fraction, Money, Seconds, Volts
from harness.model.words import WordError, camel, fill, find, nearest, value_of, words_in


@dataclass(frozen=True)
class Inner:
    """A word inside a word."""

    volts: Volts


@dataclass(frozen=True)
class Word:
    """One of everything."""

    name: str
    to: Volts | Fraction
    within: Seconds = Seconds(1)
    count: int = 0
    share: float = 0.0
    on: bool = field(default=False, metadata={"key": "switch"})
    mode: Literal["drop", "reset"] = "drop"
    causes: list[str] = field(default_factory=list)
    pair: tuple[int, ...] = ()
    rows: Sequence[Inner] = ()
    inner: Inner | None = None
    more: Mapping[str, Seconds] = field(default_factory=dict)
    any: Any = None
    made: int = field(default=7, init=False)


@dataclass(frozen=True)
class Hold:
    """A bare value stands for its one field."""

    lasting: Seconds
    SHORT: ClassVar[str] = "lasting"

    def __post_init__(self) -> None:
        if self.lasting > 100:
            raise ValueError("too long")


class Own:
    """Reads itself."""

    @classmethod
    def read(cls, plain: Any, path: Any = ()) -> Self:
        raise WordError((*path, "x"), f"mine, not {plain}")


def test_everything_is_filled_by_its_annotation() -> None:
    """Units, lists, maps, words in words, and other keys than field names."""
    seen = fill(
        Word,
        {
            "name": "n", "to": "40 %", "within": "300 ms", "count": 3, "share": 1, "switch": True,
            "mode": "reset", "causes": "one", "pair": [1, 2], "rows": [{"volts": "1 V"}],
            "inner": {"volts": "2 V"}, "more": {"a": "1 s"}, "any": [1],
        },
    )  # fmt: skip
    assert seen.to == Fraction(0.4)
    assert type(seen.to) is Fraction
    assert (seen.within, seen.count, seen.share, seen.on) == (Seconds(0.3), 3, 1.0, True)
    assert (seen.causes, seen.pair, seen.rows) == (["one"], (1, 2), [Inner(Volts(1))])
    assert (seen.inner, seen.more, seen.any) == (Inner(Volts(2)), {"a": Seconds(1)}, [1])


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"nam": 1}, ("nam",), "unknown key 'nam'; did you mean 'name'?"),
        ({"on": True}, ("on",), "unknown key"),
        ({"made": 1}, ("made",), "unknown key"),
        ({"to": "3"}, ("to",), "Volts|unit is missing"),
        ({"to": True}, ("to",), "True seen"),
        ({"to": None}, ("to",), "None seen"),
        ({"count": "3"}, ("count",), "a whole number"),
        ({"count": True}, ("count",), "a whole number"),
        ({"share": "1"}, ("share",), "a number"),
        ({"switch": "yes"}, ("switch",), "true or false"),
        ({"mode": "dropp"}, ("mode",), "did you mean 'drop'"),
        ({"causes": [1]}, ("causes", 0), "a text"),
        (
            {"rows": [{"volts": "1 V"}, {"volt": "1 V"}]},
            ("rows", 1, "volt"),
            "did you mean 'volts'",
        ),
        ({"rows": [{}]}, ("rows", 0), "'volts' is missing"),
        ({"inner": {"volts": "1 s"}}, ("inner", "volts"), "unit 's' is unknown"),
        ({"more": {"a": "1"}}, ("more", "a"), "unit is missing"),
        ({"more": 3}, ("more",), "wanted keys and values"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(
    change: dict[str, Any], path: tuple[Any, ...], said: str
) -> None:
    """Where it is, what was seen, what was wanted."""
    with pytest.raises(WordError, match=said) as told:
        fill(Word, {"name": "n", "to": "3 V", **change}, ())
    assert told.value.path == path


def test_missing_keys_and_other_shapes_are_refused() -> None:
    """A required key, and a text in the place of keys."""
    with pytest.raises(WordError, match="'to' is missing"):
        fill(Word, {"name": "n"})
    with pytest.raises(WordError, match="wanted keys: name, to"):
        fill(Word, "text")
    with pytest.raises(WordError, match="'name' is missing"):
        fill(Word, None)


def test_a_bare_value_stands_for_the_short_field() -> None:
    """``hold: 90 s`` is ``hold: {lasting: 90 s}``; the class's own refusal keeps its place."""
    assert fill(Hold, "90 s") == fill(Hold, {"lasting": "90 s"}) == Hold(Seconds(90))
    with pytest.raises(WordError, match="too long") as told:
        fill(Hold, "200 s", ("when", 3))
    assert told.value.path == ("when", 3)


def test_a_class_may_read_itself() -> None:
    """Its ``read`` is all that is asked."""
    with pytest.raises(WordError, match="mine") as told:
        fill(Own, 3, ("a",))
    assert told.value.path == ("a", "x")


def test_values_that_are_typed_already_pass() -> None:
    """A quantity or an amount that was read before is not read again."""
    assert value_of(Volts, Volts(3), ()) == Volts(3)
    assert value_of(Money, Money(1), ()) == Money(1)
    assert value_of(Money, "0.01 CNY", ()) == Money(1)


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    _PLAIN | st.fixed_dictionaries({"name": _PLAIN, "to": _PLAIN, "inner": _PLAIN, "more": _PLAIN})
)
def test_no_value_whatever_raises_anything_else(plain: Any) -> None:
    """Any plain value fills the word or is a WordError."""
    for kind in (Word, Hold):
        try:
            fill(kind, plain)
        except WordError:
            continue


def test_a_word_is_the_name_of_a_file() -> None:
    """It is found with its class in CamelCase, or by another name."""
    assert find("harness.drivers", "zvt", name="Driver").__module__ == "harness.drivers.zvt"
    assert find("harness.faults", "power_dip").__name__ == "PowerDip"
    assert camel("power_dip") == "PowerDip"
    with pytest.raises(
        LookupError, match="no word 'power_dipp' in faults; did you mean 'power_dip'"
    ):
        find("harness.faults", "power_dipp")
    with pytest.raises(LookupError, match="has no Nothing"):
        find("harness.drivers", "zvt", name="Nothing")


def test_underscored_files_are_no_words() -> None:
    """Neither are packages."""
    assert not [word for word in words_in("harness.drivers") if word.startswith("_")]
    assert "invariants" not in words_in("harness.judge")


def test_third_parties_add_words_and_may_not_take_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point is a word like any other; a clash is an error."""
    ours = EntryPoint("bb3", "harness.model.units:Volts", "harness.drivers")
    monkeypatch.setattr(words, "_theirs", lambda group: (ours,) if group else ())
    assert "bb3" in words_in("harness.drivers", "harness.drivers")
    assert find("harness.drivers", "bb3", group="harness.drivers", name="Driver") is Volts

    clash = EntryPoint("zvt", "x:y", "harness.drivers")
    monkeypatch.setattr(words, "_theirs", lambda group: (clash,) if group else ())
    with pytest.raises(UsageError, match="zvt = x:y"):
        words_in("harness.drivers", "harness.drivers")


def test_the_nearest_word_is_offered_only_when_it_is_near() -> None:
    """A guess that is none helps nobody."""
    assert nearest("sail", ["sale", "hold"]) == "; did you mean 'sale'?"
    assert nearest("xyz", ["sale", "hold"]) == ""
