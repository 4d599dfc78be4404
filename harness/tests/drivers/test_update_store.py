"""The driver of the update store: a dialogue, and what it makes of events."""

from typing import Any

import pytest

from harness.drivers.update_store import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.roles import Identified, SafeState, Watched
from harness.model.updates import MisbehavingStore, SpoilingStore, Updates
from harness.testing import replay


def test_it_plays_its_roles() -> None:
    """Updates, Watched, SafeState and Identified by having their methods."""
    with replay(Driver, []) as store:
        for role in (Updates, MisbehavingStore, SpoilingStore, Watched, SafeState, Identified):
            assert isinstance(store, role)


def test_offering_and_making_safe() -> None:
    """One line each; safe means that nothing is offered, read back."""
    talk = [
        ('{"do":"identify"}', '{"ok":true,"identity":"terminal-harness update store 1.0"}'),
        ('{"do":"offer","image":"newer"}', '{"ok":true}'),
        ('{"do":"behave"}', '{"ok":true}'),
        ('{"do":"withdraw"}', '{"ok":true}'),
        ('{"do":"state"}', '{"ok":true,"offered":null,"images":[],"misbehaving":null}'),
    ]

    with replay(Driver, talk) as store:
        assert store.identify().startswith("terminal-harness update store")
        store.offer("newer")
        store.make_safe()


def test_what_is_served_is_observed() -> None:
    """Events become observations with their own fields."""
    rows: list[tuple[str, dict[str, Any]]] = []

    def observe(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        rows.append((kind, fields))

    told = (
        '{"event":"offered","image":"newer","version":"2"}\n'
        '{"event":"requested","path":"/manifest","from":0,"to":9,"status":200}\n{"ok":true}'
    )
    with replay(Driver, [('{"do":"offer","image":"newer"}', told)]) as store:
        store.observe = observe
        store.offer("newer")

    assert rows[0] == ("offered", {"image": "newer", "version": "2"})
    assert rows[1][1] == {"path": "/manifest", "from": 0, "to": 9, "status": 200}


def test_an_unknown_image_is_refused_in_the_stores_own_words() -> None:
    """An error answer is DeviceRefused."""
    talk = [('{"do":"offer","image":"x"}', '{"error":"no image \'x\'"}')]

    with replay(Driver, talk) as store, pytest.raises(DeviceRefused, match="no image"):
        store.offer("x")


@pytest.mark.parametrize(
    "state",
    [
        '{"ok":true,"offered":"newer","misbehaving":null}',
        '{"ok":true,"offered":null,"misbehaving":"reset"}',
    ],
)
def test_a_store_that_is_not_at_rest_is_a_bench_error(state: str) -> None:
    """What cannot be verified is said."""
    talk = [
        ('{"do":"behave"}', '{"ok":true}'),
        ('{"do":"withdraw"}', '{"ok":true}'),
        ('{"do":"state"}', state),
    ]

    with replay(Driver, talk) as store, pytest.raises(BenchError, match="not at rest"):
        store.make_safe()


def test_files_of_ones_own_stand_for_the_names_of_scenarios() -> None:
    """A file is put on the shelf before it is first offered, and once."""
    own: dict[str, Any] = {
        "newer": "/fw/2.0.hfi",
        "bit_flipped": {"file": "/fw/2.0.bin", "spoil": "bit=9"},
    }
    talk = [
        ('{"do":"shelve","image":"newer","file":"/fw/2.0.hfi"}', '{"ok":true}'),
        ('{"do":"offer","image":"newer"}', '{"ok":true}'),
        ('{"do":"offer","image":"newer","spoil":"bit=3"}', '{"ok":true}'),
        (
            '{"do":"shelve","image":"bit_flipped","file":"/fw/2.0.bin","spoil":"bit=9"}',
            '{"ok":true}',
        ),
        ('{"do":"campaign","image":"bit_flipped","share":10}', '{"ok":true}'),
    ]

    with replay(lambda port: Driver(port, images=own), talk) as store:
        store.offer("newer")
        store.offer_spoilt("newer", "bit=3")
        store.campaign("bit_flipped", share=10)


def test_misbehaviour_is_asked_for_as_it_is_given() -> None:
    """What is not given is not said."""
    talk = [
        ('{"do":"misbehave","act":"reset","on":"image","times":2}', '{"ok":true}'),
        ('{"do":"behave"}', '{"ok":true}'),
    ]

    with replay(Driver, talk) as store:
        store.misbehave("reset", on="image", times=2, by=None)
        store.behave()
