"""Files, folders and disks that are not as they should be: a sentence, a status, nothing lost."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.cli import main
from harness.files import carried
from harness.tests.safety.outside import Outside

STORY = carried("scenarios", "power", "low_supply.yaml")
RIG = carried("rigs", "virtual.yaml")

#: name -> (what becomes of the story, what must be said)
STORIES: dict[str, tuple[bytes, str]] = {
    "unknown key": (STORY.read_bytes().replace(b"lasting", b"lastnig"), "did you mean 'lasting'"),
    "wrong unit": (STORY.read_bytes().replace(b"90 s", b"90 V"), "unit 'V' is unknown here"),
    "broken": (STORY.read_bytes().replace(b"covers: [", b"covers: [["), ": "),
    "not UTF-8": (b"id: \xff\xfe", "byte 0xFF is not UTF-8"),
    "empty": (b"", "the file is empty"),
    "two sales of one name": (
        b"id: T\nstory: x\nwhen: [{sale: {amount: 1 CNY, as: a}}, {sale: {amount: 1 CNY, as: a}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "a second sale 'a'",
    ),
    "a void of what was never sold": (
        b"id: T\nstory: x\nwhen: [{sale: {amount: 1 CNY, as: first}}, {void: furst}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "no transaction 'furst' was made before; did you mean 'first'? Made: first",
    ),
    "an answer to what was never sold": (
        b"id: T\nstory: x\n"
        b"when: [{await: {host: answered, of: b}}, {sale: {amount: 1 CNY, as: b}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "no transaction 'b' was made before. Made: none",
    ),
    "survived by what was never sold": (
        b"id: T\nstory: x\nwhen: [{sale: {amount: 1 CNY, as: first}}]\n"
        b"then: {survives: {sale: frist, outcome: approved}}\n",
        "no transaction 'frist' is made in this story; did you mean 'first'? Made: first",
    ),
    "forbidden to what was never sold": (
        b"id: T\nstory: x\nwhen: [{sale: {amount: 1 CNY, as: first}}]\n"
        b"never: [{see: {terminal: declined, of: frist}}]\n",
        "no transaction 'frist' is made in this story; did you mean 'first'? Made: first",
    ),
    "the end of what was never sold": (
        b"id: T\nstory: x\n"
        b"when: [{sale: {amount: 1 CNY, as: a}}, {await: {engine: sale_ended, sale: b}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "no transaction 'b' was made before",
    ),
    "a wait for what nobody says": (
        b"id: T\nstory: x\nwhen: [{await: {host: replydue}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "no 'replydue' is among what host says; did you mean 'reply_due'?",
    ),
    "a wait for a cause that is none": (
        b"id: T\nstory: x\nwhen: [{await: {terminal: detected, cause: no_signl}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "no cause 'no_signl'; did you mean 'no_signal'?",
    ),
    "a key that is none": (
        b"id: T\nstory: x\nwhen: [{press: 1000 okk}]\nthen: {recovers: {to: ready, within: 9 s}}\n",
        "no key 'okk'; did you mean 'ok'?",
    ),
    "a part that is none": (
        b"id: T\nstory: x\nwhen: [{inject: {part: {part: papper}}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "no part 'papper'",
    ),
    "a part in no state of its own": (
        b"id: T\nstory: x\nwhen: [{put: {part: paper, state: open}}]\n"
        b"then: {recovers: {to: ready, within: 9 s}}\n",
        "paper is in or out, not 'open'",
    ),
}
RIGS: dict[str, tuple[bytes, str]] = {
    "broken": (b"rig: [", ":1:"),
    "not UTF-8": (b"rig: \xff", "is not UTF-8"),
    "unknown key": (RIG.read_bytes().replace(b"nominal:", b"nominl:"), "did you mean 'nominal'"),
    "unknown driver": (RIG.read_bytes().replace(b"rcdat", b"rcdta"), "did you mean 'rcdat'"),
    "unknown plan key": (RIG.read_bytes().replace(b"channel: 2}", b"chanel: 2}", 1), "'chanel'"),
    "unknown terminal": (
        RIG.read_bytes().replace(b"terminal: countertop", b"terminal: countertpo", 1),
        "did you mean 'countertop'",
    ),
    "a wrong unit": (RIG.read_bytes().replace(b"nominal: 5 V", b"nominal: 5 s"), "unit 's'"),
    "an unknown part": (
        RIG.read_bytes().replace(b"parts: [paper,", b"parts: [papper,"),
        "no parts papper",
    ),
    "an unknown card": (
        RIG.read_bytes().replace(b'"sim://stripe"}', b'"sim://stripe", cards: [chpi]}'),
        "no stripe of chpi",
    ),
    "an unknown flavour": (
        RIG.read_bytes().replace(
            b'{driver: field_servo, address: "sim://field"}',
            b'{driver: card_robot, address: "sim://field", flavour: x}',
        ),
        "x",
    ),
    "over the limit": (RIG.read_bytes().replace(b"nominal: 5 V", b"nominal: 9 V"), "above the"),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_scenario_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The place, what was seen and what was wanted are said; nothing runs."""
    plain, wanted = STORIES[name]
    story = tmp_path / "bad.yaml"
    story.write_bytes(plain)

    code = main(["run", str(story), "--out", str(tmp_path / "out")])

    said = capsys.readouterr().err
    assert code == 2
    assert wanted in said
    assert "bad.yaml:" in said
    assert not list(tmp_path.glob("out/*/trace.jsonl"))


def test_pytest_names_every_scenario_that_cannot_be_read(outside: Outside) -> None:
    """The same of each, and nothing runs, what could be read neither."""
    for n, (plain, _) in enumerate(STORIES.values()):
        outside.write(f"scenarios/power/bad{n}.yaml", plain)
    outside.write("scenarios/power/good.yaml", STORY.read_bytes())

    ended = outside.run("pytest", "scenarios", "--out", "out")

    assert ended.code == 2, ended.said
    for n, (_, wanted) in enumerate(STORIES.values()):
        assert wanted in ended.said
        assert f"bad{n}.yaml:" in ended.said
    assert "Traceback" not in ended.said
    assert not list(outside.here.glob("out/*/trace.jsonl"))


@pytest.mark.parametrize("name", RIGS)
def test_a_rig_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The same of a rig file."""
    plain, wanted = RIGS[name]
    rig = tmp_path / "bad.yaml"
    rig.write_bytes(plain)

    code = main(["run", str(STORY), "--rig", str(rig), "--out", str(tmp_path / "out")])

    said = capsys.readouterr().err
    assert code == 2
    assert wanted in said
    assert "bad.yaml:" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [["absent.yaml"], ["--rig", "absent.yaml"], ["--defect", "no"]])
def test_what_is_named_must_be_there(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An absent file, rig or defect is a usage error."""
    assert main(["run", str(STORY), *more]) == 2
    assert capsys.readouterr().err.startswith("harness: ")


def test_an_output_folder_that_cannot_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said before anything is opened."""
    assert main(["run", str(STORY), "--out", "/dev/null/x"]) == 2
    assert "name another --out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("TCPIP0::127.0.0.1::1::SOCKET", "Connection refused"),
        ("/dev/ttyNONE", "No such file or directory"),
    ],
)
def test_a_device_that_is_not_there(outside: Outside, address: str, said: str) -> None:
    """Which device, at which address, and that nothing was energised."""
    outside.write(
        "rig.yaml",
        "rig: r\nclock: real\nnominal: 5 V\n"
        f'supply: {{driver: keysight_e36300, address: "{address}",'
        " channel: 2, limits: {voltage: 6 V, current: 2 A}}\n",
    )
    outside.write("scenarios/power/held.yaml", (
        "id: T\nstory: x\ngiven: {terminal: off}\n"
        "when: [{inject: {power_dip: {to: 50 %, lasting: 1 s}}}]\n"
        "then: {breaks: nowhere}\n"
    ))  # fmt: skip

    ended = outside.run("run", "scenarios", "--rig", "rig.yaml", "--out", "out")

    assert ended.code == 3
    [(verdict, reason)] = outside.verdicts()
    assert verdict == "ERROR"
    assert said in reason
    assert "Nothing was energised" in ended.out
    assert "Traceback" not in ended.said


def test_a_limit_on_the_size_of_files(outside: Outside) -> None:
    """What stands for a full disk: an ERROR, never a PASS, and what was written is kept."""
    ended = outside.run(
        "run", str(STORY), "--out", "out", before=["prlimit", "--fsize=4096"]
    )  # fmt: skip

    assert ended.code == 3, ended.said
    assert "Traceback" not in ended.said
    assert "cannot be written" in ended.said or "File too large" in ended.said
    kept = outside.trace().read_text("utf-8")
    assert kept.startswith('{"n":1,')
    judged = outside.run("judge", str(outside.trace().parent))
    assert judged.code == 3
    assert "INCONCLUSIVE" in judged.out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a file system")
def test_a_full_disk(outside: Outside) -> None:
    """On a file system of 64 KiB the same; skipped where none may be mounted."""
    small = outside.here / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(small)])
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        stories = str(carried("scenarios", "reader", "bad_atr.yaml"))  # five items
        ended = outside.run("run", stories, "--out", str(small / "out"))
        assert ended.code == 3, ended.said
        assert "Traceback" not in ended.said
        assert "No space left" in ended.said
    finally:
        subprocess.run(["umount", str(small)], check=True)
        shutil.rmtree(small)
