"""What ``dumpsys``, ``df`` and ``/proc`` of a simulated device say: Android 10's shapes.

Source: AOSP, frameworks/base, android-10: BatteryService, TelephonyRegistry and SignalStrength,
ActivityManagerService (``dumpsys meminfo``), ThermalManagerService: their ``dump``.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

RAM = 1_932_312  # KiB
INVALID = 2147483647
CHARGED = 95  # %: above it a charger tops up only


def battery(firmware: "Firmware") -> str:
    """The pack in the bay; with a dummy in it the cell is what the bench supplies.

    That one is full at the level called healthy, and empty at brown-out.
    """
    levels, volts = firmware.personality.levels, firmware.board.rail.volts()
    span = levels.healthy - levels.brown_out
    level = round(100 * min(1.0, max(0.0, (volts - levels.brown_out) / span)))
    powered = volts >= levels.warning
    cell = firmware.board.cell
    if cell is not None and cell.fitted:
        level, powered, volts = cell.percent, cell.fed, cell.volts
    rows = {
        "AC powered": _flag(powered), "USB powered": "false", "Wireless powered": "false",
        "Max charging current": 1500000 if powered else 0,
        "status": (5 if level > CHARGED else 2) if powered else 3, "health": 2, "present": "true",
        "level": level, "scale": 100, "voltage": round(1000 * volts),
        "temperature": round(10 * firmware.body.celsius), "technology": "Li-ion",
    }  # fmt: skip
    lines = [f"  {name}: {value}" for name, value in rows.items()]
    return "\n".join(["Current Battery Service state:", *lines])


def telephony(firmware: "Firmware") -> str:
    """The cell that the modem measures, and whether data goes over it."""
    rsrp = firmware.signal_watch.rsrp
    told = INVALID if rsrp is None else round(rsrp)
    level = firmware.signal_watch.bars(rsrp)
    none = f"rssi={INVALID} rsrp={told} rsrq={INVALID} rssnr={INVALID} cqi={INVALID} ta={INVALID}"
    registered = 0 if rsrp is not None else 1
    return "\n".join([
        "last known state:",
        "  Phone Id=0",
        "    mCallState=0",
        f"    mServiceState={{mVoiceRegState={registered}, mDataRegState={registered}}}",
        "    mSignalStrength=SignalStrength:{mCdma=Invalid,mGsm=Invalid,mWcdma=Invalid,"
        f"mTdscdma=Invalid,mLte=CellSignalStrengthLte: {none} level={level},"
        "primary=CellSignalStrengthLte}",
        f"    mDataConnectionState={2 if firmware.comms.online else 0}",
    ])  # fmt: skip


def meminfo(firmware: "Firmware") -> str:
    """The totals only."""
    uptime = round(1000 * firmware.clock.now())
    used = round(firmware.health.memory())
    return "\n".join([
        "Applications Memory Usage (in Kilobytes):", f"Uptime: {uptime} Realtime: {uptime}", "",
        f"Total RAM: {RAM:>9,}K (status normal)", f" Free RAM: {RAM - used:>9,}K",
        f" Used RAM: {used:>9,}K",
    ])  # fmt: skip


def thermal(firmware: "Firmware") -> str:
    """The housing's sensor and the processor's."""
    celsius = firmware.body.celsius
    status = 3 if "too_hot" in firmware.alarms.active else 0
    sensor = "\tTemperature{{mValue={:.1f}, mType={}, mName={}, mStatus={}}}"
    return "\n".join([
        "IsStatusOverride: false", f"Thermal Status: {status}", "HAL Ready: true",
        "Current temperatures from HAL:",
        sensor.format(celsius + 6.0, 0, "CPU0", 0), sensor.format(celsius, 3, "skin", status),
    ])  # fmt: skip


DUMPS: dict[str, Callable[["Firmware"], str]] = {
    "battery": battery, "telephony.registry": telephony, "meminfo": meminfo,
    "thermalservice": thermal,
}  # fmt: skip


def disk_free(firmware: "Firmware") -> str:
    """``df``: of the data partition."""
    flash, size = firmware.flash, int(firmware.personality.flash["capacity"])
    used = min(size, sum(len(flash.peek(name) or b"") for name in flash.names()))
    row = f"{size // 1024} {used // 1024} {(size - used) // 1024} {100 * used // size}% /data"
    return f"Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-0 {row}"


def properties(firmware: "Firmware", serial: str) -> dict[str, str]:
    """``getprop``."""
    model, up = firmware.who.model, firmware.state.up
    return {
        "dev.bootcomplete": "1" if up else "", "ro.build.version.incremental": firmware.version,
        "ro.build.version.release": "10", "ro.build.version.sdk": "29", "ro.debuggable": "0",
        "ro.product.device": model.lower(), "ro.product.manufacturer": "HIL",
        "ro.product.model": model, "ro.product.name": model.lower(), "ro.serialno": serial,
        "sys.boot_completed": "1" if up else "",
    }  # fmt: skip


def _flag(true: bool) -> str:
    return "true" if true else "false"
