"""The driver of the shelf: what lies there is measured and read."""

import pytest

from harness.drivers.image_shelf import Driver
from harness.errors import DeviceRefused, Garbled
from harness.model.updates import Shelf, Updates
from harness.testing import replay


def test_an_image_is_measured_and_read() -> None:
    """Size first, then what is at a position."""
    talk = [
        ('{"do":"measure","image":"newer"}', '{"ok":true,"size":5}'),
        ('{"do":"read","image":"newer","at":3,"most":4096}', '{"ok":true,"content":"bG8="}'),
    ]
    with replay(Driver, talk) as shelf:
        assert isinstance(shelf, Shelf)
        assert isinstance(shelf, Updates)
        assert shelf.image_size("newer") == 5
        assert shelf.read_image("newer", 3, 4096) == b"lo"


@pytest.mark.parametrize("size", ["null", "-1", '"5"', "true"])
def test_a_size_that_is_none_is_garbled(size: str) -> None:
    """Nobody hands over an image of no size."""
    talk = [('{"do":"measure","image":"newer"}', f'{{"ok":true,"size":{size}}}')]
    with replay(Driver, talk) as shelf, pytest.raises(Garbled):
        shelf.image_size("newer")


def test_content_that_is_none_is_garbled() -> None:
    """Half a base64 text."""
    talk = [
        ('{"do":"read","image":"newer","at":0,"most":16}', '{"ok":true,"content":"bG8"}'),
    ]
    with replay(Driver, talk) as shelf, pytest.raises(Garbled):
        shelf.read_image("newer", 0, 16)


def test_what_is_not_offered_is_refused() -> None:
    """In the store's own words."""
    talk = [('{"do":"measure","image":"newer"}', '{"error":"\'newer\' is not offered"}')]
    with replay(Driver, talk) as shelf, pytest.raises(DeviceRefused, match="not offered"):
        shelf.image_size("newer")
