import pytest

from harness.engine.steps import Await, Inject, Sale, read_step
from harness.model.units import Money, Seconds
from harness.model.words import WordError


def test_a_sale_is_read_with_its_units() -> None:
    """Quantities become types, and `as` becomes the name."""
    word, step = read_step({"sale": {"amount": "12.34 CNY", "card": "chip", "as": "first"}})

    assert (word, step) == ("sale", Sale(Money(1234, "CNY"), "chip", "first"))


def test_an_await_takes_its_times_and_leaves_the_rest_to_the_pattern() -> None:
    """`after` is the trigger's offset, every other key belongs to the observation."""
    _, step = read_step({"await": {"host": "answered", "of": "first", "after": "3 ms"}})

    assert isinstance(step, Await)
    assert step.after == Seconds(0.003)
    assert (step.pattern.source, step.pattern.kind) == ("host", "answered")
    assert step.pattern.fields == {"of": "first"}


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"sales": {}}, "did you mean 'sale'"),
        ({"sale": {"amount": "12.34"}}, "wanted e.g. '12.34 CNY'"),
        ({"sale": {"amount": "1 CNY", "crad": "chip"}}, "did you mean 'card'"),
        ({"hold": "90"}, "the unit is missing"),
        ({"hold": 90}, "the unit is missing"),
        ({"inject": {"power_dipp": {}}}, "did you mean 'power_dip'"),
        ({"inject": {"power_cut": {}, "power_dip": {}}}, "one fault is wanted"),
        ({"sale": {"amount": "1 CNY"}, "hold": "1 s"}, "wanted one step"),
        ("sale", "wanted one step"),
        ({"await": {"host": "answered", "match": "("}}, "no regular expression"),
    ],
)
def test_a_wrong_step_says_what_was_seen_and_wanted(plain: object, said: str) -> None:
    """Nothing unknown passes the door, and the error helps."""
    with pytest.raises(WordError, match=said):
        read_step(plain)


def test_a_fault_may_have_a_label_of_its_own() -> None:
    """Two faults of one kind can be told apart when they are cleared."""
    _, step = read_step({"inject": {"power_cut": {"lasting": "1 s"}, "as": "again"}})

    assert isinstance(step, Inject)
    assert (step.word, step.label) == ("power_cut", "again")


def test_a_faults_short_form_keeps_what_it_says() -> None:
    """The trace names the link, however it was written."""
    whole = read_step({"inject": {"network_profile": {"profile": "gprs"}}})[1]
    short = read_step({"inject": {"network_profile": "gprs"}})[1]

    assert short.plain == whole.plain == {"profile": "gprs"}
    assert read_step({"inject": "sim_removed"})[1].plain is None
