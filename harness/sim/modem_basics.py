"""Commands of the simulated modem that need no network: settings, identity, SIM, power, clock."""

import re
from collections.abc import Callable
from functools import partial

from harness.sim.messages import text_time
from harness.sim.modem_port import AtPort, Refusal
from harness.wire.at_commands import Command, Form

Act = Callable[[AtPort, Command], list[str]]
NO_SIM, SIM_BUSY, WRONG_PARAMETER, NOT_ALLOWED = 10, 14, 50, 3


def choice(command: Command, *allowed: int, at: int = 0, default: int = 0) -> int:
    """A number that must be one of these; raises Refusal 50 (incorrect parameters)."""
    value = command.number(at, default)
    if value not in allowed:
        raise Refusal(WRONG_PARAMETER)
    return value


def _setting(*allowed: int, name: str = "") -> Act:
    """A port setting: ``ATE0``, ``AT+CMEE=2``, ``AT+CMEE?``."""

    def act(at: AtPort, command: Command) -> list[str]:
        key = name or command.name
        if command.form is Form.READ:
            return [f"{key}: {at.settings[key]}"]
        at.settings[key] = choice(command, *allowed)
        return []

    return act


def _accept(_at: AtPort, _command: Command) -> list[str]:
    """Taken and without effect here (&C, &D, X, L, M ...)."""
    return []


def _factory(at: AtPort, _command: Command) -> list[str]:
    at.load({})
    return []


def _restore(at: AtPort, _command: Command) -> list[str]:
    at.load(at.modem.stored.get(at.name, {}))
    return []


def _keep(at: AtPort, _command: Command) -> list[str]:
    at.modem.stored[at.name] = at.profile()
    return []


def _identity(*fields: str, name: str = "") -> Act:
    def act(at: AtPort, _command: Command) -> list[str]:
        identity = at.modem.personality["identity"]
        return [f"{name}{identity[field]}" for field in fields]

    return act


def _information(at: AtPort, _command: Command) -> list[str]:
    identity = at.modem.personality["identity"]
    return [identity["maker"], identity["model"], f"Revision: {identity['revision']}"]


def need_sim(at: AtPort) -> None:
    """Raise what a modem answers without a ready SIM."""
    if not at.modem.sim_present:
        raise Refusal(NO_SIM)
    if not at.modem.sim_ready:
        raise Refusal(SIM_BUSY)


def _pin(at: AtPort, command: Command) -> list[str]:
    need_sim(at)
    if command.form is Form.READ:
        return ["+CPIN: READY"]
    raise Refusal(NOT_ALLOWED)  # no PIN is asked for


def _card(field: str, name: str, at: AtPort, _command: Command) -> list[str]:
    need_sim(at)
    return [f"{name}{at.modem.personality['sim'][field]}"]


def _functionality(at: AtPort, command: Command) -> list[str]:
    """+CFUN (TS 27.007, 8.2): 0 minimum, 1 full, 4 radio off; ``,1`` resets."""
    if command.form is Form.READ:
        return [f"+CFUN: {at.modem.functionality}"]
    level = choice(command, 0, 1, 4, default=1)
    if choice(command, 0, 1, at=1):
        at.finish("OK")
        at.modem.reset()
        at.check()  # raises: nothing more is said
    at.wait(0.3)
    at.modem.set_functionality(level)
    return []


def _power_off(at: AtPort, command: Command) -> list[str]:
    """+QPOWD: OK, POWERED DOWN, and it may be cut off."""
    choice(command, 0, 1, default=1)
    modem = at.modem

    def off() -> None:
        modem.announce("POWERED DOWN")
        modem.power(on=False)

    modem.later("power_off", off)
    return []


def _clock(at: AtPort, command: Command) -> list[str]:
    """+CCLK (TS 27.007, 8.15); 80/01/06 as long as no network has told the time."""
    if command.form is not Form.READ:
        raise Refusal(NOT_ALLOWED)
    told = text_time(at.modem.now()) if at.modem.synchronised else "80/01/06,00:00:00+00"
    return [f'+CCLK: "{told}"']


def _says(line: str) -> Act:
    return lambda _at, _command: [line]


#: Parameters kept as text to be read back: name -> what it is from the factory.
REMEMBERED: dict[str, str] = {
    "+CSCS": '"GSM"', "+CSMS": "0,1,1,1", "+CPMS": "", "+CTZR": "0", "+CTZU": "0", "+CRC": "0",
    "+CLIP": "0", "+IPR": "115200", "+IFC": "0,0", "+ICF": "3,3", "+QURCCFG": '"urcport","usbat"',
    "+QINDCFG": "", "+QSCLK": "0", "+QCFG": "", "+QAUGDCNT": "0", "+QSIMDET": "0,0",
    "+QSIMSTAT": "0,1", "+CSDH": "0", "+CSMP": "17,167,0,0", "+CSCA": '"",129', "+CGSMS": "1",
}  # fmt: skip


def remember(at: AtPort, command: Command) -> list[str]:
    """Keep or tell a parameter without effect."""
    if command.form is Form.READ:
        value = at.remembered.get(command.name, REMEMBERED[command.name])
        return [f"{command.name}: {value}"]
    at.remembered[command.name] = ",".join(
        value if re.fullmatch(r"\d+", value or "") and value else f'"{value or ""}"'
        for value in command.args
    )
    return []


BASIC: dict[str, Act] = {
    "E": _setting(0, 1), "V": _setting(0, 1), "Q": _setting(0, 1), "+CMEE": _setting(0, 1, 2),
    "&F": _factory, "Z": _restore, "&W": _keep, "&C": _accept, "&D": _accept, "&K": _accept,
    "&S": _accept, "X": _accept, "L": _accept, "M": _accept, "H": _accept,
    "I": _information, "+CGMI": _identity("maker"), "+GMI": _identity("maker"),
    "+CGMM": _identity("model"), "+GMM": _identity("model"), "+CGMR": _identity("revision"),
    "+GMR": _identity("revision"), "+QGMR": _identity("revision"), "+CGSN": _identity("imei"),
    "+GSN": _identity("imei"), "+CPIN": _pin, "+CIMI": partial(_card, "imsi", ""),
    "+QCCID": partial(_card, "iccid", "+QCCID: "), "+CCID": partial(_card, "iccid", "+CCID: "),
    "+GCAP": _says("+GCAP: +CGSM"), "+CPAS": _says("+CPAS: 0"),
    "+CFUN": _functionality, "+QPOWD": _power_off, "+CCLK": _clock,
}  # fmt: skip
