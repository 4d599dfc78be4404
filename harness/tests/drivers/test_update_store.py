"""The driver of the update store: a dialogue, and what it makes of events."""

from typing import Any

import pytest

from harness.drivers.update_store import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.roles import Identified, SafeState, Updates, Watched
from harness.testing import replay


def test_it_plays_its_roles() -> None:
    """Updates, Watched, SafeState and Identified by having their methods."""
    with replay(Driver, []) as store:
        for role in (Updates, Watched, SafeState, Identified):
            assert isinstance(store, role)


def test_offering_and_making_safe() -> None:
    """One line each; safe means that nothing is offered, read back."""
    talk = [
        ('{"do":"identify"}', '{"ok":true,"identity":"terminal-harness update store 1.0"}'),
        ('{"do":"offer","image":"newer"}', '{"ok":true}'),
        ('{"do":"withdraw"}', '{"ok":true}'),
        ('{"do":"state"}', '{"ok":true,"offered":null,"images":[]}'),
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


def test_a_store_that_still_offers_is_a_bench_error() -> None:
    """What cannot be verified is said."""
    talk = [
        ('{"do":"withdraw"}', '{"ok":true}'),
        ('{"do":"state"}', '{"ok":true,"offered":"newer"}'),
    ]

    with replay(Driver, talk) as store, pytest.raises(BenchError, match="still offers"):
        store.make_safe()
