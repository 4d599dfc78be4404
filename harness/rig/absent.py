"""What to do where nothing answers: by what the error says, or by what is looked for."""

import re

from harness.model.rig import Device

USUAL = "is it switched on and plugged in, and is the address right? `harness discover` looks"
UNHEARD = (
    "its machine is there, and nobody listens at this port: is the device's remote control, or its "
    "program, switched on, and is the port's number right? `harness discover` looks"
)
_ADB = "does adb's server run there (`adb start-server`), and is the address the server's?"
_PERSON = "start from a terminal that a person sits at; in CI or as a service nobody can be asked"
#: What an error says (errno(3), netdb(3), the ports' own words) -> what to do, whatever is there.
BY_ERROR = {
    r"\[Errno (13|1)\]": "may this user have it? `ls -l` names its group: `sudo usermod -aG GROUP "
    "$USER`, then log in anew (a USB instrument: a rule of udev)",
    r"\[Errno (-\d+)\]|resolve host": "is the name spelt right? `getent hosts NAME` says whether "
    "this machine can find it; a number does as well",
    r"\[Errno 2\]": "is it plugged in? ls -l /dev/serial/by-id; `harness discover` lists what is "
    "there",
    r"\[Errno (11|16)\]": "another program has it (`fuser -v ADDRESS` names it): end that first",
    r"Inappropriate ioctl|\[Errno (21|25)\]": "that is no serial line: `harness discover` lists "
    "those there are",
    r"[Pp]lease install|not installed|No module named": "install what it names, then look again: "
    "`harness doctor`",
    r"device \S+ not found|no devices|more than one device": "`adb devices` lists those that its "
    "server has: is the cable plugged in, and `device:` spelt as it is there?",
    r"unauthori[sz]ed|key on its display": "confirm this computer's key on the terminal's display; "
    "a production unit takes none",
    r"no interface": "correct the address: `ip link` on that box names its interfaces, towards the "
    "terminal first",
}
#: Driver -> what to do.
OF_ITS_OWN = {
    "android": _ADB,
    "lakala_intent": _ADB,
    "operator": _PERSON,
    "sim_by_hand": _PERSON,
}


def mending(device: Device, said: object = "", usual: str = USUAL) -> str:
    """The next move of somebody whose device does not answer, by what the error ``said``."""
    for pattern, move in BY_ERROR.items():
        if re.search(pattern, str(said)):
            return move
    own = OF_ITS_OWN.get(device.driver)
    return own or (UNHEARD if "[Errno 111]" in str(said) else usual)
