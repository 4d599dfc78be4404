"""The countertop terminal's character: levels, times, limits, texts and codes, as plain numbers.

Read from ``fixtures/terminal/countertop/personality.yaml``, where each value's source stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Alarm:
    """How the terminal says one condition.

    Attributes:
        code: Its own error code, as printed on the console and in the service manual.
        text: What the display shows.
        result: ZVT result code (PA00P015, chapter 10), 0..255.
    """

    code: str
    text: str
    result: int


@dataclass(frozen=True, slots=True)
class Levels:
    """Supply levels, volts.

    Attributes:
        brown_out: Below it the terminal dies once its hold-up is spent.
        power_good: At and above it the supervisor lets the terminal start.
        warning: Below it the terminal says that its supply is low.
        healthy: At and above it the terminal takes that back.
        discharged: Below it even the reset-cause register is lost.
        program: Below it the flash programs pages wrongly.
        over: At and above it the terminal says that its supply is too high.
        over_healthy: Below it the terminal takes that back.
    """

    brown_out: float
    power_good: float
    warning: float
    healthy: float
    discharged: float
    program: float
    over: float
    over_healthy: float


@dataclass(frozen=True, slots=True)
class Times:
    """All in seconds; the field names say of what."""

    hold_up: float
    reset_delay: float
    loader: float
    start: float
    low_debounce: float
    healthy_debounce: float
    card_wait: float
    chip_retry: float
    read_step: float
    card_out: float
    card_stays: float
    fallback_wait: float
    reader_check: float
    print_line: float
    at_wait: float
    sim_wait: float
    register_wait: float
    bearer_wait: float
    ussd_wait: float
    modem_boot: float
    signal_every: float
    connect: float
    handshake: float
    resolver: float
    response: float
    reversal_response: float
    reversal_gap: float
    reversal_every: float
    heartbeat: float
    probe: float
    back_off_first: float
    back_off_most: float
    saving_most: float
    line_wait: float
    return_after: float
    host_return: float
    acknowledgement: float
    first_boot: float
    password_lock: float
    watchdog: float
    rtc_reserve: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, ``amount_most`` in minor units; the field names say of what."""

    chip_tries: int
    connect_tries: int
    sign_on_tries: int
    reversal_tries: int
    batch_size: int
    amount_most: int
    password_tries: int
    retry_bytes: int
    retry_rate: float
    weak_rsrp: float
    no_signal_rsrp: float


@dataclass(frozen=True, slots=True)
class Health:
    """What wears it down, and when it warns of it.

    Attributes:
        every: Seconds between two lines of how it is; 0 for none.
        hot: Degrees Celsius of the processor from which it warns and is throttled.
        cool: Below it that is over.
        memory: KiB of working memory.
        system: KiB of it that its system takes.
        memory_low: KiB left, below which it warns and restarts.
        storage_low: KiB of flash left, below which it warns.
    """

    every: float
    hot: float
    cool: float
    memory: float
    system: float
    memory_low: float
    storage_low: float


@dataclass(frozen=True, slots=True)
class Updates:
    """How it comes by new firmware.

    Attributes:
        every: Seconds between two looks at the store without being asked; 0: only when asked.
        battery: Percent that its battery must have for an update, unless it is charged meanwhile.
        largest: Bytes an image may have.
    """

    every: float
    battery: float
    largest: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the terminal is.

    Attributes:
        model: Model name, also what update images are checked against.
        tid: Terminal id, ISO 8583 field 41.
        mid: Merchant id, field 42.
        tpdu: Ten hex digits.
        currency: ISO 4217 numeric code.
        password: ZVT registration password, six digits.
        resolver: Address of the name server.
        born: Date and time of the real-time clock when the clock reads 0, ISO 8601.
            It is set in the factory and right.
        restart_at: Time of day of its daily restart, ``hh:mm``.
        operators: Operator number -> password, for what only they may do.
        stan: Its last trace number when the bench's clock reads 0; 0: none yet.
        receipt: Its last receipt number then.
    """

    model: str
    tid: str
    mid: str
    tpdu: str
    currency: str
    password: str
    resolver: str
    born: str
    restart_at: str
    operators: Mapping[str, str]
    stan: int
    receipt: int


@dataclass(frozen=True, slots=True)
class Sim:
    """What the terminal must know of one of its SIMs.

    Attributes:
        slot: Of the modem, from 0.
        apn: Access point name.
        user: Name for it; empty for none.
        secret: Password for it.
        balance_code: USSD code that tells what is left of the data plan.
    """

    slot: int
    apn: str
    user: str
    secret: str
    balance_code: str


@dataclass(frozen=True, slots=True)
class Network:
    """How it reaches the world.

    Attributes:
        bearers: Its ways out, the preferred one first: names of ``sims``, or ``wifi``.
        sims: Name -> what is to be known of the SIM.
        hosts: Names of its hosts, the primary one first.
        tls: Whether it talks to its host over TLS.
        plan_bytes: Bytes a month of the SIM's plan; 0 where only the carrier knows.
    """

    bearers: tuple[str, ...]
    sims: Mapping[str, Sim]
    hosts: tuple[str, ...]
    tls: bool
    plan_bytes: int

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """From plain YAML values; raises TypeError or KeyError on a key too few or too many."""
        sims = {name: Sim(**row) for name, row in plain["sims"].items()}
        lists = {name: tuple(plain[name]) for name in ("bearers", "hosts")}
        return cls(**{**plain, **lists, "sims": sims})


@dataclass(frozen=True, slots=True)
class Personality:
    """Everything that differs between models of this class of terminal.

    ``registers`` are the protocols by which it can be reached: words of
    ``harness/sim/terminal/registers``; ``frames`` is the profile (``fixtures/frames``) of that
    word, and its bad habits. ``parts`` are those of ``harness/model/hands.py`` that it
    has.
    """

    identity: Identity
    levels: Levels
    times: Times
    limits: Limits
    network: Network
    registers: tuple[str, ...]
    parts: tuple[str, ...]
    health: Health
    updates: Updates
    texts: Mapping[str, str]
    alarms: Mapping[str, Alarm]
    amps: Mapping[str, float]
    flash: Mapping[str, Any]
    frames: Mapping[str, Any]

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """From plain YAML values; raises TypeError or KeyError on a key too few or too many."""
        return cls(
            identity=Identity(**plain["identity"]),
            levels=Levels(**plain["levels"]),
            times=Times(**plain["times"]),
            limits=Limits(**plain["limits"]),
            network=Network.read(plain["network"]),
            registers=tuple(plain["registers"]),
            parts=tuple(plain["parts"]),
            health=Health(**plain["health"]),
            updates=Updates(**plain["updates"]),
            texts=dict(plain["texts"]),
            alarms={cause: Alarm(**row) for cause, row in plain["alarms"].items()},
            amps=dict(plain["amps"]),
            flash=dict(plain["flash"]),
            frames=dict(plain["frames"]),
        )
