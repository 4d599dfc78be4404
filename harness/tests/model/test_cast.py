"""Who is asked for what on a rig where several could do it."""

from types import SimpleNamespace

from harness.drivers import operator, zvt
from harness.engine.given import players_of
from harness.model.cast import Cast
from harness.model.hands import Hands
from harness.model.register import Settles
from harness.model.roles import Terminal
from harness.model.units import Volts
from harness.tests.drivers.test_adb import Canned


def test_who_works_on_the_parts_keys_in_no_sale_where_a_register_does() -> None:
    """A person could do both, and comes first in the rig's file."""
    hands = operator.Driver(Canned())
    register = zvt.Driver(Canned())
    players = {"hands": hands, "terminal": register}
    cast = Cast(players, Volts(5), lambda _: None)

    assert cast.playing(Terminal) is register
    assert cast.playing(Settles) is register
    assert cast.playing(Hands) is hands
    assert players_of(SimpleNamespace(players=players), Terminal) == [register]
    alone = Cast({"terminal": hands}, Volts(5), lambda _: None)
    assert alone.playing(Terminal) is hands
