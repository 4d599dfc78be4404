"""The parts a firmware is made of.

A part is a class attribute, so a planted bug replaces one part by a subclass of it and nothing
else: ``base.with_parts(Payment=Forgetful)``.
"""

from typing import ClassVar, Self, cast

from harness.model.words import instead
from harness.sim.terminal import (
    acquiring,
    bars,
    cashiers,
    cellular,
    comms,
    end_of_day,
    gauge,
    health,
    host_line,
    hosts,
    housekeeping,
    keypad,
    last_asked,
    lights,
    log,
    pad,
    payment,
    plan_meter,
    power,
    printer,
    reader,
    receipts,
    recovery,
    reversals,
    scanner,
    screen,
    secure,
    selftest,
    settlement,
    sign_on,
    state,
    storage,
    timekeeping,
    upkeep,
    ways,
)
from harness.sim.terminal.registers import zvt


class Parts:
    """One class for each part."""

    Log: ClassVar[type[log.Log]] = log.Log
    Screen: ClassVar[type[screen.Screen]] = screen.Screen
    Alarms: ClassVar[type[screen.Alarms]] = screen.Alarms
    Printer: ClassVar[type[printer.Printer]] = printer.Printer
    Storage: ClassVar[type[storage.Storage]] = storage.Storage
    PowerMonitor: ClassVar[type[power.PowerMonitor]] = power.PowerMonitor
    CardReader: ClassVar[type[reader.CardReader]] = reader.CardReader
    Cellular: ClassVar[type[cellular.Cellular]] = cellular.Cellular
    SignalWatch: ClassVar[type[bars.SignalWatch]] = bars.SignalWatch
    PlanMeter: ClassVar[type[plan_meter.PlanMeter]] = plan_meter.PlanMeter
    Acquiring: ClassVar[type[acquiring.Acquiring]] = acquiring.Acquiring
    Secure: ClassVar[type[secure.Secure]] = secure.Secure
    Hosts: ClassVar[type[hosts.Hosts]] = hosts.Hosts
    HostLine: ClassVar[type[host_line.HostLine]] = host_line.HostLine
    SignOn: ClassVar[type[sign_on.SignOn]] = sign_on.SignOn
    Ways: ClassVar[type[ways.Ways]] = ways.Ways
    Comms: ClassVar[type[comms.Comms]] = comms.Comms
    Receipts: ClassVar[type[receipts.Receipts]] = receipts.Receipts
    Reversals: ClassVar[type[reversals.Reversals]] = reversals.Reversals
    Timekeeping: ClassVar[type[timekeeping.Timekeeping]] = timekeeping.Timekeeping
    EndOfDay: ClassVar[type[end_of_day.EndOfDay]] = end_of_day.EndOfDay
    Payment: ClassVar[type[payment.Payment]] = payment.Payment
    Settlement: ClassVar[type[settlement.Settlement]] = settlement.Settlement
    Cashiers: ClassVar[type[cashiers.Cashiers]] = cashiers.Cashiers
    LastAsked: ClassVar[type[last_asked.LastAsked]] = last_asked.LastAsked
    Dialogue: ClassVar[type[zvt.Dialogue]] = zvt.Dialogue
    State: ClassVar[type[state.State]] = state.State
    Recovery: ClassVar[type[recovery.Recovery]] = recovery.Recovery
    Upkeep: ClassVar[type[upkeep.Upkeep]] = upkeep.Upkeep
    Lights: ClassVar[type[lights.Lights]] = lights.Lights
    Keypad: ClassVar[type[keypad.Keypad]] = keypad.Keypad
    Scanner: ClassVar[type[scanner.Scanner]] = scanner.Scanner
    CardOrCode: ClassVar[type[scanner.CardOrCode]] = scanner.CardOrCode
    Signatures: ClassVar[type[pad.Signatures]] = pad.Signatures
    SelfTest: ClassVar[type[selftest.SelfTest]] = selftest.SelfTest
    Gauge: ClassVar[type[gauge.Gauge]] = gauge.Gauge
    Health: ClassVar[type[health.Health]] = health.Health
    Housekeeping: ClassVar[type[housekeeping.Housekeeping]] = housekeeping.Housekeeping

    @classmethod
    def with_parts(cls, **parts: type) -> type[Self]:
        """The same firmware with some parts replaced; raises LookupError for one it has not."""
        known = [word for word in dir(cls) if isinstance(getattr(cls, word), type)]
        for name in parts:
            if name not in known:
                raise LookupError(f"the firmware has no part {name!r}{instead(name, known)}")
        return cast(type[Self], type(cls.__name__, (cls,), parts))
