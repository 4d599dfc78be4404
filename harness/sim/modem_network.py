"""Commands of the simulated modem about radio, registration, bearer, counters and USSD."""

from collections.abc import Callable

from harness.sim.modem_basics import NOT_ALLOWED, WRONG_PARAMETER, choice, need_sim
from harness.sim.modem_port import AtPort, Refusal
from harness.sim.registration import DENIED, draw
from harness.wire.at_commands import Command, Form

Act = Callable[[AtPort, Command], list[str]]
NO_NETWORK, LAST_PDN = 30, 151


def _heard(at: AtPort) -> bool:
    modem = at.modem
    return modem.radio.cell and modem.functionality == 1


def _clamped(value: float, low: int, high: int) -> int:
    return max(low, min(high, round(value)))


def _csq(at: AtPort, _command: Command) -> list[str]:
    """+CSQ (TS 27.007, 8.5)."""
    if not _heard(at):
        return ["+CSQ: 99,99"]
    return [f"+CSQ: {_clamped((at.modem.radio.rssi + 113) / 2, 0, 31)},99"]


def _cesq(at: AtPort, _command: Command) -> list[str]:
    """+CESQ (TS 27.007, 8.69)."""
    radio = at.modem.radio
    if not _heard(at):
        return ["+CESQ: 99,99,255,255,255,255"]
    rsrq, rsrp = _clamped((radio.rsrq + 20) * 2, 0, 34), _clamped(radio.rsrp + 141, 0, 97)
    return [f"+CESQ: 99,99,255,255,{rsrq},{rsrp}"]


def _qcsq(at: AtPort, _command: Command) -> list[str]:
    """+QCSQ: rssi, rsrp, sinr as 0..250, rsrq."""
    radio = at.modem.radio
    if not _heard(at):
        return ['+QCSQ: "NOSERVICE"']
    sinr = _clamped((radio.sinr + 20) * 5, 0, 250)
    rsrp, rsrq = _clamped(radio.rsrp, -140, -44), _clamped(radio.rsrq, -20, -3)
    return [f'+QCSQ: "LTE",{radio.rssi:.0f},{rsrp},{sinr},{rsrq}']


def _qeng(at: AtPort, command: Command) -> list[str]:
    """+QENG="servingcell"; the firmware really writes CONECT."""
    if command.text(0).lower() != "servingcell":
        raise Refusal(WRONG_PARAMETER)
    radio, cell = at.modem.radio, at.modem.personality["cell"]
    if not _heard(at):
        return ['+QENG: "servingcell","SEARCH"']
    state = "LIMSRV" if not at.modem.registration.registered else "NOCONN"
    state = "CONECT" if at.modem.bearer_up else state
    mcc, mnc = cell["plmn"][:3], cell["plmn"][3:]
    rsrp, rsrq = _clamped(radio.rsrp, -140, -44), _clamped(radio.rsrq, -20, -3)
    return [
        f'+QENG: "servingcell","{state}","LTE","FDD",{mcc},{mnc},{cell["cell"]},{cell["pci"]},'
        f"{cell['earfcn']},{cell['band']},3,3,{cell['area']},{rsrp},{rsrq},"
        f"{radio.rssi:.0f},{radio.sinr:.0f},{_clamped(radio.rsrp + 128, 0, 99)}"
    ]


def _qnwinfo(at: AtPort, _command: Command) -> list[str]:
    cell = at.modem.personality["cell"]
    if not at.modem.registration.registered:
        return ["+QNWINFO: No Service"]
    return [f'+QNWINFO: "FDD LTE","{cell["plmn"]}","LTE BAND {cell["band"]}",{cell["earfcn"]}']


def _registration(at: AtPort, command: Command) -> list[str]:
    """+CREG, +CGREG, +CEREG (TS 27.007, 7.2, 10.1.20, 10.1.22)."""
    if command.form is Form.READ:
        return [at.registration(command.name)]
    highest = at.modem.personality["quirks"]["registration_n"]
    at.levels[command.name] = choice(command, *range(highest + 1))
    return []


def _cops(at: AtPort, command: Command) -> list[str]:
    """+COPS (TS 27.007, 7.3)."""
    modem, cell = at.modem, at.modem.personality["cell"]
    names = (cell["operator"], cell["short"], cell["plmn"])
    if command.form is Form.TEST:
        need_sim(at)
        at.wait(draw(modem.rng, modem.personality["times"], "scan"))
        found = f'(2,"{names[0]}","{names[1]}","{names[2]}",7),' if _heard(at) else ""
        return [f"+COPS: {found},(0-4),(0-2)"]
    form = int(at.remembered.get("+COPS", "0"))
    if command.form is Form.READ:
        mode = 0 if modem.wants_network else 2
        if not modem.registration.registered:
            return [f"+COPS: {mode}"]
        return [f'+COPS: {mode},{form},"{names[form]}",7']
    mode = choice(command, 0, 1, 2, 3, 4)
    at.remembered["+COPS"] = f"{choice(command, 0, 1, 2, at=1, default=form)}"
    if mode != 3:
        need_sim(at)
        modem.seek_network(on=mode != 2)
    if mode in (0, 1, 4) and not _settles(at, 60):
        raise Refusal(_emm_error(at))
    return []


def _cgdcont(at: AtPort, command: Command) -> list[str]:
    """+CGDCONT (TS 27.007, 10.1.1); only context 1 is used."""
    modem = at.modem
    if command.form is Form.READ:
        return [f'+CGDCONT: 1,"IP","{modem.apn}","0.0.0.0",0,0,0,0']
    if choice(command, *range(1, 17), default=1) == 1 and len(command.args) > 2:
        modem.apn = command.text(2)
    return []


def _cgatt(at: AtPort, command: Command) -> list[str]:
    """+CGATT (TS 27.007, 10.1.9)."""
    modem = at.modem
    if command.form is Form.READ:
        return [f"+CGATT: {int(modem.registration.registered)}"]
    wanted = choice(command, 0, 1) == 1
    need_sim(at)
    modem.seek_network(on=wanted)
    if wanted and not _settles(at, 75):
        raise Refusal(_emm_error(at))
    return []


def _settles(at: AtPort, seconds: float) -> bool:
    """Wait for the network's answer; True when it took the modem in."""
    state = at.modem.registration
    at.wait_until(lambda: state.registered or state.stat == DENIED, seconds)
    return state.registered


def _emm_error(at: AtPort) -> int:
    cause = at.modem.registration.cause
    return 100 + cause if cause is not None else NO_NETWORK


def _cgact(at: AtPort, command: Command) -> list[str]:
    """+CGACT (TS 27.007, 10.1.10); a refusal is +CME ERROR: 100 + ESM cause."""
    modem = at.modem
    if command.form is Form.READ:
        return [f"+CGACT: 1,{int(modem.bearer_up)}"]
    wanted = choice(command, 0, 1) == 1
    if choice(command, *range(1, 17), at=1, default=1) != 1:
        raise Refusal(WRONG_PARAMETER)
    if not wanted and modem.bearer_up:
        if not modem.personality["quirks"]["last_pdn_may_go"]:
            raise Refusal(LAST_PDN)
        modem.end_bearer()
    elif wanted and not modem.bearer_up:
        if not modem.registration.registered:
            raise Refusal(_emm_error(at))
        at.wait(draw(modem.rng, modem.personality["times"], "bearer"))
        if not modem.bring_bearer():
            raise Refusal(100 + modem.refusal if modem.refusal else NO_NETWORK)
    return []


def _cgpaddr(at: AtPort, _command: Command) -> list[str]:
    address = at.modem.personality["context"]["address"] if at.modem.bearer_up else "0.0.0.0"  # noqa: S104
    return [f'+CGPADDR: 1,"{address}"']


def _cgcontrdp(at: AtPort, _command: Command) -> list[str]:
    """+CGCONTRDP (TS 27.007, 10.1.23): nothing without an active context."""
    if not at.modem.bearer_up:
        return []
    context = at.modem.personality["context"]
    first, second = context["dns"]
    return [f'+CGCONTRDP: 1,5,"{at.modem.apn}","{context["address"]}",,"{first}","{second}"']


def _cgerep(at: AtPort, command: Command) -> list[str]:
    """+CGEREP (TS 27.007, 10.1.19)."""
    if command.form is Form.READ:
        return [f"+CGEREP: {2 if at.tells_events else 0},0"]
    at.tells_events = choice(command, 0, 1, 2) > 0
    return []


def _ceer(at: AtPort, _command: Command) -> list[str]:
    return [f"+CEER: {at.modem.last_cause or 'No cause information available'}"]


def _qgdcnt(at: AtPort, command: Command) -> list[str]:
    """+QGDCNT: bytes sent, received; =0 begins anew, =1 keeps."""
    modem = at.modem
    if command.form is Form.READ:
        return [f"+QGDCNT: {modem.sent},{modem.received}"]
    if choice(command, 0, 1) == 0:
        modem.sent = modem.received = 0
    return []


def _cusd(at: AtPort, command: Command) -> list[str]:
    """+CUSD (TS 27.007, 7.15): the answer of the network comes unasked, after OK."""
    modem = at.modem
    if command.form is Form.READ:
        return ["+CUSD: 1"]
    if choice(command, 0, 1, 2, default=0) != 1 or not command.text(1):
        return []
    if not modem.personality["quirks"]["ussd"]:
        raise Refusal(NOT_ALLOWED)
    if not modem.registration.registered:
        raise Refusal(NO_NETWORK)
    known = command.text(1) == modem.personality["sim"]["balance_code"]

    def answer() -> None:
        text = f'0,"{modem.carrier.balance()}",15' if known else "4"
        modem.announce(f"+CUSD: {text}", lambda port: port is at)

    modem.later("ussd", answer)
    return []


NETWORK: dict[str, Act] = {
    "+CSQ": _csq, "+CESQ": _cesq, "+QCSQ": _qcsq, "+QENG": _qeng, "+QNWINFO": _qnwinfo,
    "+CREG": _registration, "+CGREG": _registration, "+CEREG": _registration, "+COPS": _cops,
    "+CGDCONT": _cgdcont, "+CGATT": _cgatt, "+CGACT": _cgact, "+CGPADDR": _cgpaddr,
    "+CGCONTRDP": _cgcontrdp, "+CGEREP": _cgerep, "+CEER": _ceer, "+QGDCNT": _qgdcnt,
    "+CUSD": _cusd,
}  # fmt: skip
