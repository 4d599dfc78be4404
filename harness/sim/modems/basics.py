"""Commands every simulated modem has that need no network: settings, identity, SIM, power, clock.

Source: ITU-T V.250; 3GPP TS 27.007 (clause at each). A command is ``f(at, command) -> lines``; it
raises ``Refusal`` to be answered with an error. It runs in the port's task and may take its time
with ``at.wait``.
"""

from harness.sim.modems.card import BLOCKED, BUSY, MISSING, PIN, PUK, READY
from harness.sim.modems.dialect import Act
from harness.sim.modems.messages import text_time
from harness.sim.modems.port import AtPort, Refusal
from harness.sim.sim_tray import Sim
from harness.wire.at_commands import Command, Form

NOT_ALLOWED, WRONG_PASSWORD, WRONG_PARAMETER = 3, 16, 50
#: What a card that is not ready answers (TS 27.007, 9.2.1).
CARD_ERRORS = {MISSING: 10, PIN: 11, PUK: 12, BLOCKED: 13, BUSY: 14}
EF_ICCID, READ_BINARY = 0x2FE2, 176


def choice(command: Command, *allowed: int, at: int = 0, default: int | None = None) -> int:
    """A number that must be one of these, and be there where nothing is usual.

    Raises:
        Refusal: 50, incorrect parameters.
    """
    value = command.number(at, default)
    if value is None or value not in allowed:
        raise Refusal(WRONG_PARAMETER)
    return value


def setting(*allowed: int, name: str = "", shows: str = "{}") -> Act:
    """A port setting: ``ATE0``, ``AT+CMEE=2``, ``AT+CMEE?``."""

    def act(at: AtPort, command: Command) -> list[str]:
        key = name or command.name
        if command.form is Form.READ:
            return [f"{key}: {shows.format(at.settings[key])}"]
        usual = 0 if key.isalpha() else None  # ATE is ATE0 (V.250, 5.3.1)
        at.settings[key] = choice(command, *allowed, default=usual)
        return []

    return act


def says(*lines: str) -> Act:
    """An answer that is always the same; nothing at all for a command without effect."""
    return lambda _at, _command: list(lines)


def _factory(at: AtPort, _command: Command) -> list[str]:
    at.load({})
    return []


def _restore(at: AtPort, _command: Command) -> list[str]:
    at.load(at.modem.stored.get(at.name, {}))
    return []


def _keep(at: AtPort, _command: Command) -> list[str]:
    at.modem.stored[at.name] = at.profile()
    return []


def identity(field: str, name: str = "") -> Act:
    """One of the personality's identities, as its ``formats`` have it."""

    def act(at: AtPort, command: Command) -> list[str]:
        own = at.modem.personality
        shape = own["formats"].get(name or command.name, "{}")
        return [str(shape).format(own["identity"][field])]

    return act


def _information(at: AtPort, _command: Command) -> list[str]:
    own = at.modem.personality["identity"]
    usual = [own["maker"], own["model"], f"Revision: {own['revision']}"]
    return [str(line) for line in own.get("information", usual)]


def need_sim(at: AtPort) -> Sim:
    """The card; raises what a modem answers without a ready one."""
    card = at.modem.card
    if card.sim is None or not card.ready:
        raise Refusal(CARD_ERRORS[card.state])
    return card.sim


def _pin(at: AtPort, command: Command) -> list[str]:
    """+CPIN (TS 27.007, 8.3): state; PIN; PUK and new PIN."""
    card = at.modem.card
    if command.form is Form.READ:
        if card.state in (READY, PIN, PUK):
            return [f"+CPIN: {card.state}"]
        raise Refusal(CARD_ERRORS[card.state])
    if card.state not in (PIN, PUK):
        raise Refusal(CARD_ERRORS.get(card.state, NOT_ALLOWED))
    at.wait(0.2)
    right = (
        card.enter(command.text(0))
        if card.state == PIN
        else card.unblock(command.text(0), command.text(1))
    )
    if not right:
        raise Refusal(12 if card.state == PUK else WRONG_PASSWORD)
    return []


def card_field(field: str, shape: str = "{}") -> Act:
    """``imsi`` or ``iccid`` of the card."""

    def act(at: AtPort, command: Command) -> list[str]:
        own = at.modem.personality["formats"].get(command.name, shape)
        return [str(own).format(getattr(need_sim(at), field))]

    return act


def _restricted(at: AtPort, command: Command) -> list[str]:
    """+CRSM (TS 27.007, 8.18): EF-ICCID, its nibbles swapped as TS 31.102, 4.2.1 has it."""
    sim = need_sim(at)
    if (command.number(0), command.number(1)) != (READ_BINARY, EF_ICCID):
        return ['+CRSM: 106,130,""']  # 6A82: file not found (TS 102 221, 10.2.1)
    digits = sim.iccid.ljust(20, "F")
    return [f'+CRSM: 144,0,"{"".join(digits[at + 1] + digits[at] for at in range(0, 20, 2))}"']


def _own_numbers(at: AtPort, _command: Command) -> list[str]:
    """+CNUM (TS 27.007, 7.1): no issuer has written one on these cards."""
    need_sim(at)
    return []


def tries(shape: str) -> Act:
    """PIN and PUK tries left; ``{pin}``, ``{puk}`` of the card, PIN2 as issued."""

    def act(at: AtPort, _command: Command) -> list[str]:
        sim = at.modem.card.sim
        if sim is None:
            raise Refusal(CARD_ERRORS[MISSING])
        return shape.format(pin=sim.pin_tries, puk=sim.puk_tries).split("\n")

    return act


def functionality(*levels: int, resets: tuple[int, ...] = (), tail: str = "") -> Act:
    """+CFUN (TS 27.007, 8.2): 0 minimum, 1 full, 4 radio off; ``,1`` or a level of ``resets``."""

    def act(at: AtPort, command: Command) -> list[str]:
        modem = at.modem
        if command.form is Form.READ:
            told = modem.quirk("flight_reads") if modem.functionality == 4 else modem.functionality
            return [f"+CFUN: {told}{tail}"]
        level = choice(command, *levels, *resets, default=1)
        if choice(command, 0, 1, at=1, default=0) or level in resets:
            restart(at, command)
        at.wait(0.3)
        modem.set_functionality(level if level in (0, 1) else 4)
        return []

    return act


def restart(at: AtPort, _command: Command) -> list[str]:
    """OK, then nothing more until it has booted."""
    at.finish("OK")
    at.modem.reset()
    at.check()  # raises: nothing more is said
    return []


def power_off(at: AtPort, _command: Command) -> list[str]:
    """OK, last words, dark."""
    modem = at.modem

    def off() -> None:
        modem.say("power_off")
        modem.power(on=False)

    modem.later("power_off", off)
    return []


def _clock(at: AtPort, command: Command) -> list[str]:
    """+CCLK (TS 27.007, 8.15); 80/01/06 as long as no network has told the time."""
    if command.form is not Form.READ:
        raise Refusal(NOT_ALLOWED)
    told = text_time(at.modem.now()) if at.modem.synchronised else "80/01/06,00:00:00+00"
    return [f'+CCLK: "{told}"']


def _commands(at: AtPort, _command: Command) -> list[str]:
    """+CLAC (TS 27.007, 8.37): each with its prefix, on a line of its own."""
    dialect = at.modem.dialect
    return [f"AT{name}" for name in sorted({*dialect.commands, *dialect.remembered})]


_QUIET = says()
BASIC: dict[str, Act] = {
    "E": setting(0, 1), "V": setting(0, 1), "Q": setting(0, 1), "+CMEE": setting(0, 1, 2),
    "&F": _factory, "Z": _restore, "&W": _keep, "&C": _QUIET, "&D": _QUIET, "&K": _QUIET,
    "&S": _QUIET, "X": _QUIET, "L": _QUIET, "M": _QUIET, "H": _QUIET,
    "I": _information, "+CGMI": identity("maker"), "+GMI": identity("maker", "+CGMI"),
    "+CGMM": identity("model"), "+GMM": identity("model", "+CGMM"), "+CGMR": identity("revision"),
    "+GMR": identity("revision", "+CGMR"), "+CGSN": identity("imei"),
    "+GSN": identity("imei", "+CGSN"), "+CPIN": _pin, "+CIMI": card_field("imsi"),
    "+CNUM": _own_numbers, "+CRSM": _restricted, "+GCAP": says("+GCAP: +CGSM"),
    "+CPAS": says("+CPAS: 0"), "+CFUN": functionality(0, 1, 4), "+CCLK": _clock, "+CLAC": _commands,
}  # fmt: skip
