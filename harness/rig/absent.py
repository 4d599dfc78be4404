"""What to do where nothing answers: most devices are looked for in the same way, some are not."""

from harness.model.rigfile import Device

USUAL = "is it switched on and plugged in, and is the address right? `harness discover` looks"
_ADB = "does adb's server run there (`adb start-server`), and is the address the server's?"
_PERSON = "start from a terminal that a person sits at; in CI or as a service nobody can be asked"
#: Driver -> what to do.
OF_ITS_OWN = {
    "android": _ADB,
    "lakala_intent": _ADB,
    "operator": _PERSON,
    "sim_by_hand": _PERSON,
}


def mending(device: Device) -> str:
    """The next move of somebody whose device does not answer."""
    return OF_ITS_OWN.get(device.driver, USUAL)
