"""No impairment outlives its run: whoever is killed, however and whenever, nothing is left.

The run, or a worker of its link, or all of them at once, are killed at random instants of a story
that shapes the path and ends the plan. After ``harness doctor --clear`` there is no process, no
namespace, no queue, no rule, no setting and no record that was not there before. A few kills in
every run of the tests; ``HARNESS_LINK_STORM=100`` (``tox -e linkstorm``) for the whole storm.
"""

import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals

import psutil
import pytest

from harness.files import load_rig
from harness.links import netns
from harness.links.offload import offloads
from harness.ports.worker import RUN
from harness.survey.doctor import Doctor
from harness.survey.findings import BAD, worst
from harness.tests.links.lab import Lab, lab, why_not
from harness.tests.patience import LIMIT
from harness.tests.safety.outside import CLOCK, Outside, over

FEW = 6
KILLS = int(os.environ.get("HARNESS_LINK_STORM", FEW))
SIGNALS = (SIGKILL, SIGTERM, SIGINT, SIGHUP)
VICTIMS = ("run", "worker", "all at once")
RIG = "rig: {engine}\nclock: real\nnetwork: {line}\n"
LINES = {
    "tun": '{driver: tun, address: "tun://storm-%s"}',
    "gateway": '{driver: gateway, address: "%s"}',
    "relay": '{driver: relay, address: "relay://storm", doors: {"0": "127.0.0.1:1"}}',
}
STORY = """\
id: T-3
story: A link is never left as a run had it.
given: {terminal: off}
when:
  - inject: {network_shape: {rate: 64 kbit/s}, as: slow}
  - hold: 300 ms
  - inject: {data_exhausted: {mode: reset}, as: ended}
  - hold: 300 ms
  - clear: slow
  - hold: 60 s
then: {breaks: nowhere}
"""


@dataclass
class Scene:
    """Where the runs are played.

    Attributes:
        outside: The folder.
        boxes: For the gateway; None where there can be none.
        links: Where gateways keep their records.
    """

    outside: Outside
    boxes: Lab | None
    links: Path

    def engines(self) -> list[str]:
        """Those that this machine can play."""
        return [one for one in LINES if one != "gateway" or self.boxes is not None]

    def write(self) -> None:
        """The story and a rig for each engine."""
        self.outside.write("scenarios/links/held.yaml", STORY)
        for engine in self.engines():
            line = LINES[engine]
            if "%s" in line:
                line %= self.boxes.address if engine == "gateway" else os.getpid()  # type: ignore[union-attr]
            self.outside.write(f"{engine}.yaml", RIG.format(engine=engine, line=line))


@pytest.fixture
def scene(
    alone: None, outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """Three boxes and a folder."""
    monkeypatch.setenv("HARNESS_LINKS", str(tmp_path / "links"))
    if why_not():
        made = Scene(outside, None, tmp_path / "links")
        made.write()
        yield made
        return
    with lab(f"st{os.getpid()}") as boxes:
        made = Scene(outside, boxes, tmp_path / "links")
        made.write()
        yield made


def test_nothing_is_left_of_a_link_after_any_kill(scene: Scene) -> None:
    """Whoever dies, and however: after doctor --clear all is as it was before the run."""
    chance = random.Random(int(os.environ.get("HARNESS_SEED", "1")))
    engines, cleared = scene.engines(), 0
    took: dict[str, list[float]] = {}

    for number in range(KILLS):
        engine, victim = engines[number % len(engines)], VICTIMS[(number + number // 3) % 3]
        before = traces(scene)
        gone, said = one_kill(scene, engine, victim, chance, f"out{number}")
        print(f"\n{number + 1}: {engine}, {victim}: {gone:.1f} s; {said[-200:]}")  # noqa: T201
        cleared += "put back" in said or "was ended" in said
        assert traces(scene) == before, f"{engine}, {victim}: {said}"
        took.setdefault(engine, []).append(gone)

    for engine, seconds in took.items():
        tell(f"{engine}: {len(seconds)} kills; from kill to clean", seconds)
    print(f"{KILLS} kills, doctor had something to clear {cleared} times")  # noqa: T201


def one_kill(
    scene: Scene, engine: str, victim: str, chance: random.Random, out: str
) -> tuple[float, str]:
    """Kill at a random instant, then clear; s until all was clean, and what doctor said."""
    run = scene.outside.start("run", "scenarios", "--rig", f"{engine}.yaml", "--out", out)
    until_at_work(run)
    if chance.random() < 0.8:  # else it may still be making ready
        until_it_bites(scene.outside.here / out, run)
    CLOCK.sleep(chance.uniform(0.0, 1.2))
    number = SIGKILL if victim == "all at once" else chance.choice(SIGNALS)
    killed = CLOCK.now()
    if victim != "run":
        for one in chosen(run, victim, chance):
            signal_it(one, number)
    if victim != "worker":
        signal_it(psutil.Process(run.pid), number)
    elif number in (SIGINT, SIGHUP):
        run.send_signal(SIGTERM)  # a worker leaves those to the run
    else:
        until_over(run)
    over(run, 3 * LIMIT)
    said = doctor_clears(scene, f"{engine}.yaml")
    return CLOCK.now() - killed, said


def doctor_clears(scene: Scene, rig: str) -> str:
    """``harness doctor --clear``: the command in a storm, else what it calls, in less time."""
    if KILLS > FEW:
        ended = over(scene.outside.start("doctor", "--clear", "--rig", rig), 3 * LIMIT)
        assert ended.code == 0, ended.said
        assert "Traceback" not in ended.said
        return ended.said
    rows = list(Doctor(load_rig(scene.outside.here / rig), CLOCK).clear())
    assert worst(rows) != BAD, rows
    return "\n".join(row.seen for row in rows)


def until_at_work(run: subprocess.Popen[str]) -> None:
    """Wait until a worker of the run is there."""
    limit = CLOCK.now() + 3 * LIMIT
    while not workers(run.pid):
        assert run.poll() is None, over(run).said
        assert CLOCK.now() < limit, "no worker was ever started"
        CLOCK.sleep(0.1)  # looking through all processes is work


def until_it_bites(out: Path, run: subprocess.Popen[str]) -> None:
    """Wait until the path is shaped."""
    limit = CLOCK.now() + 3 * LIMIT
    while not any("fault_injected" in one.read_text("utf-8") for one in out.glob("*/trace.jsonl")):
        assert run.poll() is None, over(run).said
        assert CLOCK.now() < limit, "no fault was ever injected"
        CLOCK.sleep(0.05)


def until_over(run: subprocess.Popen[str]) -> None:
    """A run whose link has died ends by itself, or is asked to when the story goes on without."""
    limit = CLOCK.now() + 0.5
    while run.poll() is None and CLOCK.now() < limit:
        CLOCK.sleep(0.02)
    if run.poll() is None:
        run.send_signal(SIGTERM)


def chosen(run: subprocess.Popen[str], victim: str, chance: random.Random) -> list[psutil.Process]:
    """Which of the run's workers are killed."""
    found = workers(run.pid)
    return found if victim == "all at once" else [chance.choice(found)] if found else []


def workers(run: int | None = None) -> list[psutil.Process]:
    """Workers of a run, or of any run of these tests."""
    found = []
    for one in psutil.process_iter():
        try:
            whose = one.environ().get(RUN)
            ours = whose and any("harness.links." in word for word in one.cmdline())
            if ours and (run is None or whose == str(run)) and one.status() != "zombie":
                found.append(one)
        except (psutil.Error, OSError):
            continue
    return found


def signal_it(one: psutil.Process, number: Signals) -> None:
    """If it is still there."""
    try:
        one.send_signal(number)
    except psutil.NoSuchProcess:
        return


# --- what there is --------------------------------------------------------------------------


def traces(scene: Scene) -> dict[str, object]:
    """Everything that a link makes or changes, as it is now."""
    found: dict[str, object] = {
        "workers": sorted(one.pid for one in workers() if str(scene.links) in str(one.environ())),
        "records": sorted(path.name for path in scene.links.glob("*")),
        "state": sorted(path.name for path in scene.outside.here.glob("state/*/*")),
    }
    if scene.boxes is not None:
        found["box"] = scene.boxes.at(scene.boxes.gateway, box_now)
    return found


def box_now() -> list[object]:
    """Rules, queues, offloads and settings of the namespace this is called in."""
    return [
        subprocess.run(["nft", "list", "ruleset"], capture_output=True, check=True).stdout,
        subprocess.run(["tc", "qdisc", "show"], capture_output=True, check=True).stdout,
        subprocess.run(
            ["sysctl", "net.ipv4.conf.in0", "net.ipv4.conf.out0"], capture_output=True, check=True
        ).stdout,
        [offloads(end) for end in ("in0", "out0")],
        netns.inode(),
    ]


def tell(what: str, seconds: list[float]) -> None:
    """Figures for who reads along (``pytest -s``)."""
    rows = sorted(seconds)
    middle, most = rows[len(rows) // 2], rows[-1]
    print(f"\n{what}: n {len(rows)}, p50 {middle:.1f} s, max {most:.1f} s")  # noqa: T201
