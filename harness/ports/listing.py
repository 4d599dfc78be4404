"""What is plugged in or announces itself, without a byte to any of it.

Serial lines are read from the system's list; USB instruments from their descriptors. The local
network is asked by broadcast (VXI-11's portmapper) and multicast (DNS-SD), which disturbs others:
only on demand.

Source: LXI Device Specification 2022, 10.7 (DNS-SD service types); VXI-11 rev. 1.0, B.4.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

BY_ID = Path("/dev/serial/by-id")
LISTEN = 1.0  # s for the answers to each service
#: What instruments announce themselves as.
SERVICES = (
    "_scpi-raw._tcp.local.",
    "_hislip._tcp.local.",
    "_vxi-11._tcp.local.",
    "_lxi._tcp.local.",
)


@dataclass(frozen=True, slots=True)
class Plugged:
    """A serial line.

    Attributes:
        address: The name that stays its own when others are plugged in, where it has one.
        device: Its node.
        says: Maker and product as its descriptor says them, or ``""``.
    """

    address: str
    device: str
    says: str


def serial_lines(by_id: Path = BY_ID) -> list[Plugged]:
    """Every serial line that leads to hardware, by its lasting name where it has one."""
    names = {str(link.resolve()): str(link) for link in sorted(by_id.glob("*"))}
    rows = []
    for port in sorted(list_ports.comports()):
        words = [word for word in (port.manufacturer, port.product) if word]
        says = " ".join(words) or (port.description if port.description != "n/a" else "")
        node = str(Path(port.device).resolve())
        rows.append(Plugged(names.get(node, port.device), port.device, says))
    return rows


def usb_instruments() -> tuple[list[str], str]:
    """Resource strings of the USB instruments, and why there may be more (or ``""``)."""
    try:
        from pyvisa_py.usb import USBInstrSession
    except Exception as error:  # noqa: BLE001 - pyvisa-py lets anything out here
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        return (
            [],
            f"USB instruments were not looked for: {why}; `pip install pyusb`, and libusb-1.0",
        )
    try:
        return sorted(set(USBInstrSession.list_resources())), ""
    except Exception as error:  # noqa: BLE001 - libusb's errors are of many kinds
        return [], f"USB instruments could not be listed: {error}; a udev rule may be missing"


def lan_hosts() -> tuple[list[str], str]:
    """Hosts that answer a broadcast, and why there may be more (or ``""``). Takes some seconds."""
    from pyvisa_py import tcpip

    hosts: set[str] = set()
    said = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about optional packages; said below
        hosts |= {name.split("::")[1] for name in tcpip.TCPIPInstrVxi11.list_resources()}
        try:
            for service in SERVICES:
                hosts |= set(tcpip.get_services(service, LISTEN))
        except NotImplementedError:
            said = "nobody was asked by DNS-SD: `pip install zeroconf`"
        except OSError as error:
            said = f"nobody could be asked by DNS-SD: {error}"
    return sorted(hosts), said
