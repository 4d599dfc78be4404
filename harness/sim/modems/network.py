"""Commands every simulated modem has about radio, registration, bearer and USSD.

Source: 3GPP TS 27.007, clause at each.
"""

from harness.sim.modems.basics import WRONG_PARAMETER, choice, need_sim
from harness.sim.modems.bearer import HELD_BACK, NO_NETWORK, UP
from harness.sim.modems.dialect import Act
from harness.sim.modems.port import AtPort, Refusal
from harness.sim.modems.registration import DENIED, draw
from harness.wire.at_commands import Command, Form

NO_SERVICE = 30  # no network service (TS 27.007, 9.2.1)
NONE = "0.0.0.0"  # noqa: S104 - how a modem tells that it has no address


# --- radio ---


def heard(at: AtPort) -> bool:
    """Whether its antenna is on and hears a cell."""
    return at.modem.radio.cell and at.modem.functionality == 1


def within(value: float, low: int, high: int) -> int:
    """Rounded, and no less and no more than an indicator can tell."""
    return max(low, min(high, round(value)))


def rsrp_index(at: AtPort) -> int:
    """RSRP as +CESQ tells it: dBm + 141 (TS 36.133, 9.1.4)."""
    return within(at.modem.radio.rsrp + 141, 0, 97)


def rsrq_index(at: AtPort) -> int:
    """RSRQ as +CESQ tells it: twice dB + 20 (TS 36.133, 9.1.7)."""
    return within((at.modem.radio.rsrq + 20) * 2, 0, 34)


def _csq(at: AtPort, _command: Command) -> list[str]:
    """+CSQ (8.5)."""
    if not heard(at):
        return ["+CSQ: 99,99"]
    return [f"+CSQ: {within((at.modem.radio.rssi + 113) / 2, 0, 31)},99"]


def _cesq(at: AtPort, _command: Command) -> list[str]:
    """+CESQ (8.69)."""
    if not heard(at):
        return ["+CESQ: 99,99,255,255,255,255"]
    return [f"+CESQ: 99,99,255,255,{rsrq_index(at)},{rsrp_index(at)}"]


def cell_id(at: AtPort) -> str:
    """Identity of the serving cell, hex: another one after the cell was lost for long."""
    own, digits = at.modem.network.cell, at.modem.quirk("cell_digits")
    found = (int(own, 16) + 256 * at.modem.radio.serving) % (1 << 28)
    return f"{found:X}".rjust(digits or len(own), "0")


# --- registration ---


def registration_line(at: AtPort, name: str, *, unasked: bool = False) -> str:
    """A +CREG, +CGREG or +CEREG line at this port's level (7.2, 10.1.20, 10.1.22)."""
    state, level, act = at.modem.registration, at.settings[name], at.modem.personality["act"]
    parts = [f"{state.stat}"]
    if state.registered and level >= 2:
        parts += [f'"{at.modem.network.area}"', f'"{cell_id(at)}"', f"{act}"]
        if level >= 4:
            parts += ["", "", '"00000000"', '"00000000"']  # no power saving was granted
    elif level in (3, 5) and state.cause is not None:
        parts += [*[""] * (4 if name == "+CGREG" else 3), "0", f"{state.cause}"]
    if not unasked or at.modem.quirk("registration_urc_n"):
        parts.insert(0, f"{level}")
    return f"{name}: {','.join(parts)}"


def _registration(at: AtPort, command: Command) -> list[str]:
    if command.form is Form.READ:
        return [registration_line(at, command.name)]
    at.settings[command.name] = choice(command, *range(at.modem.quirk("registration_n") + 1))
    return []


def _cops(at: AtPort, command: Command) -> list[str]:
    """+COPS (7.3)."""
    modem, network, act = at.modem, at.modem.network, at.modem.personality["act"]
    names = (network.name, network.short, network.plmn)
    if command.form is Form.TEST:
        need_sim(at)
        at.wait(draw(modem.rng, modem.personality["times"], "scan"))
        found = f'(2,"{names[0]}","{names[1]}","{names[2]}",{act}),' if heard(at) else ""
        return [f"+COPS: {found},(0-4),(0-2)"]
    form = int(at.remembered.get("+COPS", "0"))
    if command.form is Form.READ:
        mode = 0 if modem.wants_network else 2
        if not modem.registration.registered:
            return [f"+COPS: {mode}"]
        return [f'+COPS: {mode},{form},"{names[form]}",{act}']
    mode = choice(command, 0, 1, 2, 3, 4)
    at.remembered["+COPS"] = f"{choice(command, 0, 1, 2, at=1, default=form)}"
    if mode != 3:
        need_sim(at)
        modem.seek_network(on=mode != 2)
    if mode in (0, 1, 4) and not _settles(at, 60):
        raise Refusal(_emm_error(at))
    return []


def _settles(at: AtPort, seconds: float) -> bool:
    """Wait for the network's answer; True when it took the modem in."""
    state = at.modem.registration
    at.wait_until(lambda: state.registered or state.stat == DENIED, seconds)
    return state.registered


def _emm_error(at: AtPort) -> int:
    cause = at.modem.registration.cause
    return 100 + cause if cause is not None else NO_SERVICE


def _cgatt(at: AtPort, command: Command) -> list[str]:
    """+CGATT (10.1.9)."""
    modem = at.modem
    if command.form is Form.READ:
        return [f"+CGATT: {int(modem.registration.registered)}"]
    wanted = choice(command, 0, 1) == 1
    need_sim(at)
    modem.seek_network(on=wanted)
    if wanted and not _settles(at, 75):
        raise Refusal(_emm_error(at))
    return []


# --- bearer ---


def _cgdcont(at: AtPort, command: Command) -> list[str]:
    """+CGDCONT (10.1.1); only context 1 is used."""
    modem = at.modem
    if command.form is Form.READ:
        return [f'+CGDCONT: 1,"IP","{modem.apn}","{NONE}",0,0,0,0']
    if choice(command, *range(1, 17), default=1) == 1 and len(command.args) > 2:
        modem.apn = command.text(2)
    return []


def sign_in(at_user: int, at_apn: int | None = None) -> Act:
    """A command that sets the user, and perhaps the APN, of context 1; at the given places."""

    def act(at: AtPort, command: Command) -> list[str]:
        if command.form is Form.READ:
            return []
        if choice(command, *range(1, 17), default=1) == 1:
            at.modem.user = command.text(at_user)
            if at_apn is not None:
                at.modem.apn = command.text(at_apn, at.modem.apn)
        return []

    return act


def activate(at: AtPort) -> None:
    """Have context 1 activated; a refusal is +CME ERROR: 100 + ESM cause."""
    modem = at.modem
    if modem.bearer.up:
        return
    if not modem.registration.registered:
        raise Refusal(_emm_error(at))
    at.wait(draw(modem.rng, modem.personality["times"], "bearer"))
    came_to = modem.bearer.ask()
    if came_to != UP:
        known = {NO_NETWORK: NO_SERVICE, HELD_BACK: modem.code("backed_off")}
        raise Refusal(known.get(came_to, 100 + came_to))


def deactivate(at: AtPort) -> None:
    """Have context 1 deactivated; modems do not let go of the only one (10.1.10)."""
    if at.modem.bearer.up:
        if not at.modem.quirk("last_pdn_may_go"):
            raise Refusal(at.modem.code("last_pdn"))
        at.modem.bearer.end("me_ended")


def _cgact(at: AtPort, command: Command) -> list[str]:
    """+CGACT (10.1.10)."""
    if command.form is Form.READ:
        return [f"+CGACT: 1,{int(at.modem.bearer.up)}"]
    wanted = choice(command, 0, 1) == 1
    if choice(command, *range(1, 17), at=1, default=1) != 1:
        raise Refusal(WRONG_PARAMETER)
    activate(at) if wanted else deactivate(at)
    return []


def net_device(name: str, at_state: int = 0, *, up: str, down: str = "0") -> Act:
    """A maker's command that joins a network device to context 1; state 0 or 1 at its place.

    ``up`` and ``down`` are what its read command tells.
    """

    def act(at: AtPort, command: Command) -> list[str]:
        if command.form is Form.READ:
            told = up.format(address=address(at)) if at.modem.bearer.up else down
            return [f"{name}: {told}"]
        if choice(command, 0, 1, 2, 3, at=at_state, default=1):
            activate(at)
        return []

    return act


def address(at: AtPort) -> str:
    """Of the terminal; 0.0.0.0 without a bearer."""
    return str(at.modem.personality["address"]) if at.modem.bearer.up else NONE


def _cgpaddr(at: AtPort, _command: Command) -> list[str]:
    """+CGPADDR (10.1.14)."""
    return [f'+CGPADDR: 1,"{address(at)}"']


def _cgcontrdp(at: AtPort, _command: Command) -> list[str]:
    """+CGCONTRDP (10.1.23): nothing without an active context."""
    modem = at.modem
    if not modem.bearer.up:
        return []
    first, second = modem.personality["dns"]
    apn = modem.apn or modem.network.apn
    return [f'+CGCONTRDP: 1,5,"{apn}","{address(at)}",,"{first}","{second}"']


def _cgerep(at: AtPort, command: Command) -> list[str]:
    """+CGEREP (10.1.19)."""
    if command.form is Form.READ:
        return [f"+CGEREP: {at.settings['+CGEREP']},0"]
    at.settings["+CGEREP"] = choice(command, 0, 1, 2, default=0)
    return []


def _ceer(at: AtPort, _command: Command) -> list[str]:
    """+CEER (7.10): free text."""
    return [f"+CEER: {at.modem.last_cause or 'No cause information available'}"]


def _cusd(at: AtPort, command: Command) -> list[str]:
    """+CUSD (7.15): the answer of the network comes unasked, after OK."""
    modem = at.modem
    if command.form is Form.READ:
        return ["+CUSD: 1"]
    if choice(command, 0, 1, 2, default=0) != 1 or not command.text(1):
        return []
    if not modem.quirk("ussd"):
        raise Refusal(modem.code("no_ussd"))
    sim = need_sim(at)
    if not modem.registration.registered:
        raise Refusal(NO_SERVICE)
    known = command.text(1) == sim.balance_code

    def answer() -> None:
        text, coding = sim.account.balance(), 15
        if modem.quirk("ussd_ucs2"):
            text, coding = text.encode("utf-16-be").hex().upper(), 72
        said = f'0,"{text}",{coding}' if known else "4"
        modem.announce(f"+CUSD: {said}", lambda port: port is at)

    modem.later("ussd", answer)
    return []


NETWORK: dict[str, Act] = {
    "+CSQ": _csq, "+CESQ": _cesq, "+CREG": _registration, "+CGREG": _registration,
    "+CEREG": _registration, "+COPS": _cops, "+CGDCONT": _cgdcont, "+CGAUTH": sign_in(2),
    "+CGATT": _cgatt, "+CGACT": _cgact, "+CGPADDR": _cgpaddr, "+CGCONTRDP": _cgcontrdp,
    "+CGEREP": _cgerep, "+CEER": _ceer, "+CUSD": _cusd,
}  # fmt: skip
