"""Whole runs in which every channel leaks in every encoding: nothing they leave shows a number."""

import shutil
import tempfile
from pathlib import Path

import pytest

from harness import runner
from harness.files import carried
from harness.plugin import bench as plugin_bench
from harness.plugin import collect, face
from harness.rig import owner
from harness.tests.safety.leaking_search import Search
from harness.tests.safety.leaking_table import ALL, UNSEEN, Cell, cells
from harness.tests.safety.leaking_ways import (
    ADB,
    ASKED,
    FRAMES,
    LINES,
    PUSHED,
    leak_by_adb,
    leak_in_frames,
    leaky_bench,
)  # fmt: skip
from harness.wire import pan, pan_lines, quoted
from harness.wire.pan import mask

pytest_plugins = ["pytester"]

WARM = (collect, face)
STORY = carried("scenarios", "power", "low_supply.yaml")
#: Register -> its line in the rig file.
REGISTERS = {
    "zvt": "",
    "nexo": '{driver: nexo, address: "sim://terminal/nexo", currency: CNY}',
    "concert": '{driver: concert, address: "sim://terminal/concert"}',
    "mispos": '{driver: frames, profile: mispos_bcd, address: "sim://terminal/frames"}',
    "codepay": '{driver: frames, profile: codepay, address: "sim://terminal/frames"}',
    "adb": "",
}
#: How pytest is asked to show what failed; with locals, whichever way.
WAYS = {"nexo": ("-s", "--tb=long"), "concert": ("--tb=native",), "mispos": ("--full-trace",)}
OWN_TEST = '''
import logging
from harness.model.units import Money
from harness.tests.safety.leaking_ways import asking

FIVE = Money.parse("5.00 CNY")

def told(call):
    try:
        return call()
    except Exception as error:
        print(error)
        logging.getLogger(__name__).warning("asked: %r", error)
        return error

ASKS = [
    lambda rig: rig.supply.identify(), lambda rig: rig.switch.identify(),
    lambda rig: rig.attenuator.identify(), lambda rig: rig.stripe.identify(),
    lambda rig: rig.flash.identify(), lambda rig: rig.reader.remove(),
    lambda rig: rig.field.leave(), lambda rig: rig.sim_card.selected(),
]
BY_ADB = [
    lambda rig: rig.console.identify(), lambda rig: rig.console.texts(),
    lambda rig: rig.terminal.status(), lambda rig: rig.terminal.last_result(),
    lambda rig: rig.console.ask_journal(), lambda rig: rig.terminal.start_update(),
    lambda rig: rig.terminal.sell(FIVE),
]

def test_own(rig):
    """What devices said is shown by pytest: printed, logged, compared, in locals."""
    rig.ready()
    rig.hold("40 s")
    sold = rig.sell("10.00 CNY")
    heard = [told(lambda: rig.hands.identify())]
    with asking():
        for ask in WANTED:
            for _ in range(COUNT):
                heard.append(told(lambda: ask(rig)))
        texts = told(lambda: rig.modem.messages())
        rig.hold("40 s")
    print(sold, texts, heard)
    assert [sold, list(texts), heard] == []
'''


def _rig(register: str, folder: Path) -> Path:
    """The virtual rig with this register."""
    if not REGISTERS[register]:
        return carried("rigs", "virtual_smart.yaml" if register == "adb" else "virtual.yaml")
    lines = carried("rigs", "virtual.yaml").read_text("utf-8").splitlines()
    swapped = [f"terminal: {REGISTERS[register]}" if one.startswith("terminal:") else one
               for one in lines]  # fmt: skip
    made = folder / f"{register}.yaml"
    made.write_text("\n".join(swapped), encoding="utf-8")
    return made


def _run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, register: str, *what: str
) -> str:
    """A story and a failing test in Python; all that they may write is in one folder."""
    bench = leaky_bench(register)
    monkeypatch.setattr(runner, "Bench", bench)
    monkeypatch.setattr(plugin_bench, "Bench", bench)
    if register in FRAMES:
        leak_in_frames(monkeypatch, register)
    if register == "adb":
        leak_by_adb(monkeypatch)
    for name in ("tmp", "state"):
        pytester.mkdir(name)
    monkeypatch.setattr(tempfile, "tempdir", str(pytester.path / "tmp"))
    monkeypatch.setenv("XDG_STATE_HOME", str(pytester.path / "state"))
    shutil.copy(STORY, pytester.mkdir("scenarios"))
    wanted, count = {"zvt": ("ASKS", "11"), "adb": ("BY_ADB", "10")}.get(register, ("[]", "0"))
    pytester.makepyfile(test_own=OWN_TEST.replace("WANTED", wanted).replace("COUNT", count))
    said = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-rA", "-vv", "--showlocals",
        *WAYS.get(register, ("--tb=long",)), "--rig",
        str(_rig(register, pytester.path)), "--alluredir", "allure", "--junitxml", "junit.xml",
        "--log-level=DEBUG", "--log-file=log.txt", *(what or ("scenarios", "test_own.py")),
    )  # fmt: skip
    return f"{said.stdout}\n{said.stderr}"


def _leaks(folder: Path, said: str) -> list[str]:
    """Which cells are shown, and where."""
    packed = [one.pan for one in ALL if one.channel == "messages" or one.encoding == "7 bit"]
    search = Search([one.pan for one in ALL], [one.rest for one in ALL if one.rest], packed)
    found = search.in_files(folder) | search.in_octets("screen", said.encode("utf-8", "replace"))
    of = {number: one for one in ALL for number in (one.pan, one.rest)}
    return sorted({
        f"{of[one.number].channel}, {of[one.number].encoding}: in "
        f"{Path(one.where).name}, read as {one.read_as}" for one in found
    })  # fmt: skip


def _planted(register: str) -> list[Cell]:
    if register == "zvt":
        return cells(*PUSHED, *ASKED, "messages", *LINES["zvt"])
    return cells(*(f"adb {name}" for name in ADB)) if register == "adb" else cells(register)


def _shown(folder: Path, said: str) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return said + "".join(path.read_text("utf-8", "replace") for path in files)


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A run that does not leak: what it imports would be imported anew in every run of pytest."""
    out = tmp_path_factory.mktemp("warm")
    with runner.Session(rig=carried("rigs", "virtual.yaml"), out=out) as run:
        run.play(run.items([STORY])[0])
        run.finish()


@pytest.mark.parametrize("register", REGISTERS)
def test_no_artefact_of_a_full_run_shows_a_number(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, register: str
) -> None:
    """Searched in every reading; and each number came in, as its truncated form tells."""
    said = _run(pytester, monkeypatch, register)

    assert _leaks(pytester.path, said) == []
    shown = _shown(pytester.path, said)
    unseen = [f"{one.channel}, {one.encoding}" for one in _planted(register)
              if one.shown not in shown and not {one[:1], one[:2]} & set(UNSEEN)]  # fmt: skip
    assert unseen == []


def test_without_readings_every_channel_is_found(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No number is seen any more: so all that was planted is found, channel by channel."""
    monkeypatch.setattr(pan, "find", lambda _: [])
    monkeypatch.setattr(pan_lines, "continued", lambda *_: None)
    monkeypatch.setattr(quoted, "quoted", str)

    said = _run(pytester, monkeypatch, "zvt")

    found = {leak.partition(",")[0] for leak in _leaks(pytester.path, said)}
    assert found >= {*PUSHED, *ASKED, "messages", "ecr"} - {"field"}


def test_a_torn_ingress_is_found(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps back what no other does: two lines' seam, results of calls, cut quotes."""
    monkeypatch.setattr(pan_lines, "continued", lambda *_: None)
    monkeypatch.setattr(owner, "masked", lambda result: result)
    monkeypatch.setattr(quoted, "quoted", mask)

    said = _run(pytester, monkeypatch, "zvt", "test_own.py")

    found = {leak.rpartition(": in ")[0] for leak in _leaks(pytester.path, said)}
    assert found >= {"console, split over two lines", "messages, ASCII", "stripe, base64"}
