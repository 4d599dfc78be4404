"""The terminal's way to its hosts, joined: modem, bearers, hosts, and the line over them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.sim.terminal.bars import SignalWatch
from harness.sim.terminal.bearers import Bearer, make_bearers
from harness.sim.terminal.cellular import Cellular
from harness.sim.terminal.comms import Comms
from harness.sim.terminal.hosts import Host, Hosts
from harness.sim.terminal.secure import Secure
from harness.sim.terminal.ways import Ways

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


@dataclass(frozen=True, slots=True)
class Lines:
    """What the rest of the firmware sees of it."""

    cellular: Cellular
    signal_watch: SignalWatch
    ways: Ways
    comms: Comms


def join_lines(own: "Firmware") -> Lines:
    """Make these parts of a firmware, whose memory, screen and clock are there already."""
    board, personality = own.board, own.personality
    cellular = own.Cellular(
        own.clock, board.net.open_at, personality, own.log,
        on_news=lambda: own.comms.poke(),  # noqa: PLW0108 - it is made after the modem's part
        reset=board.net.reset_modem, cut_power=board.net.cut_modem_power,
    )  # fmt: skip
    signal_watch = own.SignalWatch(own.clock, cellular, personality, own.alarms, own.log)
    meter = own.PlanMeter(
        own.clock, personality=personality, storage=own.storage, alarms=own.alarms,
        log=own.log, counters=board.net.count_bytes, wall_time=own.wall_time,
    )  # fmt: skip
    line = own.HostLine(
        own.clock, times=own.times, acquiring=own.acquiring, log=own.log,
        hosts=_hosts(own), dial_resolver=board.net.to((own.who.resolver, 53)),
    )  # fmt: skip
    sign_on = own.SignOn(
        own.acquiring, own.storage, host_line=line, alarms=own.alarms, log=own.log,
        take_time=own.timekeeping.take,
    )  # fmt: skip
    ways = own.Ways(
        own.clock, _bearers(own, cellular), personality=personality, host_line=line, log=own.log,
        use=board.net.use, tell=own.alarms.begin,
    )  # fmt: skip
    comms = own.Comms(
        own.clock, personality=personality, ways=ways, acquiring=own.acquiring,
        sign_on=sign_on, host_line=line, meter=meter, storage=own.storage, alarms=own.alarms,
        log=own.log, rng=board.rng, on_change=own.changed, idle=lambda: not own.payment.turn.held,
    )  # fmt: skip
    return Lines(cellular, signal_watch, ways, comms)


def _bearers(own: "Firmware", cellular: Cellular) -> list[Bearer]:
    network = own.personality.network
    return make_bearers(
        network.bearers,
        sims=dict(network.sims),
        cellular=cellular,
        station=own.board.net.station,
        clock=own.clock,
        times=own.times,
        say=lambda text: own.log.say_warning("net", text),
    )


def _hosts(own: "Firmware") -> Hosts:
    """The primary host is the board's; where the others are, they are at its port."""
    name, port = own.board.host
    known = [
        Host(one, own.board.net.to((one, port)), _secure(own, one))
        for one in (name, *own.personality.network.hosts[1:])
    ]
    return own.Hosts(own.clock, known, times=own.times, log=own.log)


def _secure(own: "Firmware", host: str) -> Secure | None:
    if not own.personality.network.tls:
        return None
    return own.Secure(
        host=host, authorities=own.keys.authorities,
        certain_time=own.timekeeping.certain, wait=own.times.handshake,
    )  # fmt: skip
