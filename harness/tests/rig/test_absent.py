"""What a person is told to do about a device that does not answer."""

from harness.model.rigfile import Device
from harness.model.words import words_in
from harness.rig.absent import OF_ITS_OWN, USUAL, mending


def test_each_kind_of_address_has_its_next_move() -> None:
    """An instrument is looked for, adb's server is started, a person comes to a terminal."""
    told = {
        driver: mending(Device("terminal", driver, "somewhere"))
        for driver in ("zvt", "android", "operator")
    }

    assert told["zvt"] == USUAL
    assert "adb start-server" in told["android"]
    assert "in CI" in told["operator"]


def test_the_table_names_drivers_that_there_are() -> None:
    """A driver that was renamed would fall back to the usual words unseen."""
    assert set(OF_ITS_OWN) <= set(words_in("harness.drivers", ""))
