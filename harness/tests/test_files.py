"""Files: everything is checked at the door, and every error has a place."""

import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import RigError, ScenarioError, UsageError
from harness.files import (
    carried,
    load_requirements,
    load_rig,
    load_scenarios,
    read_plain,
)
from harness.model.rigfile import USUAL_DRIVERS
from harness.model.schema import rig_schema, scenario_schema
from harness.model.units import Amps, Volts
from harness.source import read_source

GOOD = """\
id: P-1
story: The supply is cut while the host thinks.
covers: [E3, F1]
tags: [short]
given: {terminal: ready}
when:
  - sale: {amount: 12.34 CNY, card: chip, as: first}
  - await: {host: request_received, of: first, after: 3 ms}
  - inject: {power_cut: {lasting: 2 s}}
  - hold: 10 s
then:
  recovers: {to: ready, within: 120 s}
always: [exactly_once]
"""
RIG = """\
rig: lab
clock: real
nominal: 9 V
supply:
  address: TCPIP0::10.0.0.5::5025::SOCKET
  limits: {voltage: 10.5 V, current: 3 A}
  channel: 2
console: /dev/serial/by-id/usb-console
"""

TTY = "/dev/serial/by-id/usb-console"
#: An alias of an alias of an alias ...
BOMB = b"a: &a [1,2,3,4,5,6,7,8,9]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(6)
)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file in a family's folder; returns its path."""

    def file(text: str | bytes, name: str = "story.yaml", family: str = "power") -> Path:
        path = tmp_path / family / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return file


def _refusal(load: Callable[[Path], object], path: Path, wrong: type[UsageError]) -> str:
    with pytest.raises(wrong) as told:
        load(path)
    return str(told.value)


# --- scenarios


def test_a_scenario_is_read_whole(write: Write) -> None:
    """Its keys, its family and the lines of its steps and clauses."""
    path = write(GOOD)

    [item] = load_scenarios(path)

    assert (item.id, item.name, item.family) == ("P-1", "story", "power")
    assert item.covers == ("E3", "F1")
    assert item.tags == ("short",)
    assert item.path == str(path)
    assert item.plain["when"][3] == {"hold": "10 s"}
    assert item.lines["0"] == 7
    assert item.lines["then.recovers"] == 12
    assert item.lines["always.exactly_once"] == 13
    assert item.spec()["then"] == {"recovers": {"to": "ready", "within": "120 s"}}


def test_a_folder_is_walked_in_order(write: Write, tmp_path: Path) -> None:
    """Files come by path; requirements, hidden files and other files are none."""
    write(GOOD, "b.yaml", "power")
    write(GOOD, "a.yml", "power")
    write(GOOD, "z.yaml", "data")
    write("- nothing", "requirements.yaml", "data")
    write("- nothing", ".hidden.yaml", "data")
    write("# text", "README.md", "data")

    items = load_scenarios(tmp_path)

    assert [f"{one.family}/{one.name}" for one in items] == ["data/z", "power/a", "power/b"]


def test_varied_values_make_items_with_readable_names(write: Write) -> None:
    """A range and a list make every combination; values are put in everywhere."""
    varied = GOOD.replace("after: 3 ms", "after: $cut").replace("card: chip", 'card: "${card}"')
    varied += "vary: {cut: {from: 0 ms, to: 0.04 s, step: 20 ms}, card: [chip, stripe]}\n"

    items = load_scenarios(write(varied))

    assert [one.name for one in items] == [
        f"story[cut={cut}ms,card={card}]" for cut in (0, 20, 40) for card in ("chip", "stripe")
    ]
    assert items[3].plain["when"][1]["await"]["after"] == "20 ms"
    assert items[3].plain["when"][0]["sale"]["card"] == "stripe"
    assert items[3].varied == {"cut": "20 ms", "card": "stripe"}


def test_words_of_yaml_1_1_stay_words(write: Write) -> None:
    """``on`` is a key and ``off`` a text, not true and false."""
    text = GOOD.replace("terminal: ready", "terminal: off").replace(
        "then:\n", "then:\n  reports: {cause: power_lost, on: [display], within: 5 s}\n"
    )

    [item] = load_scenarios(write(text))

    assert item.plain["given"] == {"terminal": "off"}
    assert item.plain["then"]["reports"]["on"] == ["display"]


def test_anchors_work(write: Write) -> None:
    """A value named once may stand twice."""
    text = GOOD.replace("hold: 10 s", "hold: &long 10 s") + "vary: {x: [1]}\n"
    text = text.replace("within: 120 s", "within: *long").replace("A story", "$x")

    [item] = load_scenarios(write(text.replace("vary: {x: [1]}\n", "")))

    assert item.plain["then"]["recovers"]["within"] == "10 s"


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (("tags:", "tag:"), "4:1", "unknown key 'tag'; did you mean 'tags'?"),
        (("[E3, F1]", "[E3, E33]"), "3:14", "no requirement 'E33'; did you mean 'E3'?"),
        (("terminal: ready}", "terminal: redy}"), "5:8", "'redy' seen, wanted ready or off"),
        (("- sale:", "- sail:"), "7:5", "no step 'sail'; did you mean 'sale'?"),
        (("12.34 CNY", "12.34"), "7:20", "wanted e.g. '12.34 CNY'"),
        (("12.34 CNY", "12.345 CNY"), "7:20", "2 digits"),
        (("after: 3 ms", "after: 3"), "8:55", "the unit is missing"),
        (("after: 3 ms", "after: 3 V"), "8:55", "unit 'V' is unknown here"),
        (("power_cut", "power_cutt"), "9:14", "did you mean 'power_cut'?"),
        (("power_cut", "power_cutt"), "9:14", "harness scenarios --faults"),
        (("lasting: 2 s", "lastin: 2 s"), "9:26", "did you mean 'lasting'?"),
        (("  - hold: 10 s", "  - clear: power_dip"), "10:12", "was not injected before"),
        (("recovers:", "recover:"), "12:3", "did you mean 'recovers'?"),
        (("within: 120 s", "withn: 120 s"), "12:25", "did you mean 'within'?"),
        (("[exactly_once]", "[exactly_one]"), "13:10", "did you mean 'exactly_once'?"),
        (("after: 3 ms", "after: $cut"), "8:55", "$cut is not varied"),
        (("story: The", "stry: The"), "2:1", "did you mean 'story'?"),
        (("id: P-1\n", ""), "1:1", "key 'id' is missing"),
        (("id: P-1", "id: 1"), "1:5", "wanted a text"),
        (("id: P-1", "without: spare_beare\nid: P-1"), "1:10", "did you mean 'spare_bearer'?"),
    ],
)
def test_an_error_names_its_place_and_the_nearest_word(
    write: Write, change: tuple[str, str], place: str, said: str
) -> None:
    """File, line, column, what was seen, what was wanted."""
    assert change[0] in GOOD
    path = write(GOOD.replace(*change))

    told = _refusal(load_scenarios, path, ScenarioError)

    assert any(line.startswith(f"{path}:{place}: ") and said in line for line in told.splitlines())


def test_all_errors_of_a_folder_are_told_at_once(write: Write, tmp_path: Path) -> None:
    """One run of the check shows the whole work to be done."""
    write(GOOD.replace("E3", "E33").replace("hold: 10 s", "hold: 10"), "one.yaml")
    write("a: [", "two.yaml")
    write(GOOD, "good.yaml")

    with pytest.raises(ScenarioError) as told:
        load_scenarios(tmp_path)

    lines = str(told.value).splitlines()
    assert len(lines) == len(told.value.args) == 3
    assert [line.split(":")[0].rsplit("/")[-1] for line in lines] == ["one.yaml"] * 2 + ["two.yaml"]


def test_a_story_that_nobody_judges_is_refused(write: Write) -> None:
    """Without a single clause every terminal would look well."""
    text = GOOD[: GOOD.index("then:")]
    assert "nothing would be judged" in _refusal(load_scenarios, write(text), ScenarioError)


def test_a_varied_name_that_is_not_used_is_refused(write: Write) -> None:
    """It would make the same item several times."""
    told = _refusal(load_scenarios, write(GOOD + "vary: {cut: [1 ms, 2 ms]}\n"), ScenarioError)
    assert ":14:8: $cut is used nowhere" in told


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    """Nothing to run is an error, not a success."""
    assert "no scenario" in _refusal(load_scenarios, tmp_path, ScenarioError)


# --- broken files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", ":1:1: the file is empty"),
        (b"# only a comment\n", ":1:1: the file is empty"),
        (b"id: P-1\n\tstory: x\n", ":2:1: a tab"),
        (b"id: [1, 2\nstory: x\n", ":2:6: expected"),
        (b"id: 1\nid: 2\n", ":2:1: key 'id' stands here twice; first at 1:1"),
        (b"id: P-1\nstory: caf\xe9\n", ":2:11: byte 0xE9 is not UTF-8"),
        (b"id: \x00\n", "special characters are not allowed"),
        (b"[" * 600, "nested deeper"),
        (b"a: &a [*a]\n", "nested deeper"),
        (BOMB, "too large"),
        (b"a: !!python/object/apply:os.system [ls]\n", "tag"),
        (b"a: !secret x\n", "tag '!secret' has no meaning here"),
        (b"a: *b\n", "undefined alias"),
        (b"? [a]\n: b\n", "a key must be a plain text"),
        (b"a: 1\n---\nb: 2\n", ":2:1:"),
        (b"- a\n- b\n", ":1:1: wanted a"),
        (b"just a text\n", ":1:1: wanted a"),
        (b"x" * (2 << 20), "larger than 1 MiB"),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_in_one_line(write: Write, text: bytes, said: str) -> None:
    """Whatever is wrong with the bytes: one line, with its place; for rigs as for scenarios."""
    path = write(text)
    for load, wrong in ((load_scenarios, ScenarioError), (load_rig, RigError)):
        told = _refusal(load, path, wrong)
        assert told.startswith(str(path))
        assert said in told
        assert "\n" not in told


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    """A missing file and a folder in the place of a file."""
    assert "no such file" in _refusal(load_scenarios, tmp_path / "x.yaml", ScenarioError)
    assert "is no file" in _refusal(load_rig, tmp_path, RigError)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_whatever_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Garbage is a RigError or a ScenarioError, never a traceback."""
    path = tmp_path_factory.getbasetemp() / "garbage.yaml"
    path.write_bytes(raw)
    for load in (load_scenarios, load_rig):
        with pytest.raises(UsageError):
            load(path)


# --- rigs


def test_a_rig_is_read_whole(write: Write) -> None:
    """Devices with their usual drivers, limits with units, options by the driver's annotations."""
    rig = load_rig(write(RIG, "lab.yaml"))

    assert (rig.name, rig.clock, rig.nominal) == ("lab", "real", Volts(9))
    supply = rig.devices["supply"]
    assert supply.driver == "keysight_e36300"
    assert supply.options == {"channel": 2}
    assert supply.limits is not None
    assert (supply.limits.voltage, supply.limits.current) == (Volts(10.5), Amps(3))
    assert rig.devices["console"].driver == "console"
    assert rig.devices["console"].address == "/dev/serial/by-id/usb-console"


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (("console:", "consol:"), "8:1", "did you mean 'console'?"),
        (("clock: real", "clock: reel"), "2:8", "wanted one of: virtual, real"),
        (("clock: real", "clock: virtual"), "5:12", "cannot keep to `clock: virtual`"),
        (("nominal: 9 V", "nominal: 9"), "3:10", "the unit is missing"),
        (("nominal: 9 V\n", ""), "1:1", "key 'nominal' is missing"),
        (("nominal: 9 V", "nominal: 12 V"), "3:10", "above the supply's limit of 10.5 V"),
        (("  limits: {voltage: 10.5 V, current: 3 A}\n", ""), "5:3", "a real supply needs limits"),
        (("current: 3 A", "curent: 3 A"), "6:29", "did you mean 'current'?"),
        (("current: 3 A", "current: 0 A"), "6:11", "above zero"),
        (("channel: 2", "chanel: 2"), "7:3", "did you mean 'channel'?"),
        (("channel: 2", "channel: two"), "7:12", "wanted a whole number"),
        (("channel: 2", "driver: keysight_e36301"), "7:11", "did you mean 'keysight_e36300'?"),
        (("address:", "adress:"), "5:3", "did you mean that by 'adress'?"),
        ((TTY, "usb0"), "8:10", "is no address"),
        (
            (TTY, "{address: /dev/x, limits: {voltage: 1 V, current: 1 A}}"),
            "8:28",
            "supply's alone",
        ),
        ((TTY, "{address: /dev/x, identity: '('}"), "8:38", "no regular expression"),
        ((TTY, "[1]"), "8:10", "wanted an address"),
        ((TTY, "sim://console"), "8:10", "lives in virtual time"),
    ],
)
def test_a_rig_error_names_its_place(
    write: Write, change: tuple[str, str], place: str, said: str
) -> None:
    """File, line, column, what was seen, what was wanted; nothing is energised by a wrong file."""
    assert change[0] in RIG
    path = write(RIG.replace(*change), "lab.yaml")

    told = _refusal(load_rig, path, RigError)

    assert any(line.startswith(f"{path}:{place}: ") and said in line for line in told.splitlines())


def test_a_rig_without_devices_is_refused(write: Write) -> None:
    """A name alone is no rig."""
    assert "no device" in _refusal(load_rig, write("rig: x\n"), RigError)


# --- what the project carries


def test_every_requirement_has_its_statement() -> None:
    """A1..A11, B1..B8, C1..C6, E1..E10, F1..F10 and N1..N4, one sentence each."""
    wanted = [
        f"{letter}{number}"
        for letter, last in (("A", 11), ("B", 8), ("C", 6), ("E", 10), ("F", 10), ("N", 4))
        for number in range(1, last + 1)
    ]
    requirements = load_requirements()
    assert list(requirements) == wanted
    assert all(text.endswith(".") and len(text) > 20 for text in requirements.values())


def test_requirements_of_another_shape_are_refused(write: Write) -> None:
    """A list, or a statement that is no text, is told."""
    for text in ("- A1\n", "A1: [x]\n"):
        with pytest.raises(ScenarioError, match="one text each"):
            load_requirements(write(text, "requirements.yaml"))


SHIPPED = sorted(
    path for path in carried("scenarios").rglob("*.yaml") if path.name != "requirements.yaml"
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_scenario_loads_and_fits_the_schema(path: Path) -> None:
    """What the door lets in, the editor's schema does not underline."""
    assert load_scenarios(path)
    _scenario_checker().validate(read_source(path).plain)


@pytest.mark.parametrize("name", ["virtual.yaml", "loopback.yaml"])
def test_every_shipped_rig_loads_and_fits_the_schema(name: str) -> None:
    """The rigs that the project carries are right."""
    path = carried("rigs", name)
    assert load_rig(path).devices
    jsonschema.Draft202012Validator(rig_schema()).validate(read_source(path).plain)


def _scenario_checker() -> jsonschema.Draft202012Validator:
    if not _CHECKER:
        _CHECKER.append(jsonschema.Draft202012Validator(scenario_schema(load_requirements())))
    return _CHECKER[0]


_CHECKER: list[jsonschema.Draft202012Validator] = []


@pytest.mark.parametrize(
    "change",
    [
        ("tags:", "tag:"), ("[E3, F1]", "[E3, E33]"), ("- sale:", "- sail:"),
        ("12.34 CNY", "12.34"),
        ("12.34 CNY", "12.34 XYZ"), ("after: 3 ms", "after: 3"), ("after: 3 ms", "after: 3 V"),
        ("power_cut", "power_cutt"), ("lasting: 2 s", "lastin: 2 s"), ("hold: 10 s", "hold: 10"),
        ("recovers:", "recover:"), ("within: 120 s", "withn: 120 s"), ("id: P-1\n", ""),
        ("[exactly_once]", "[exactly_one]"), ("[exactly_once]", "[exactly_once]\nvary: {x: 3}"),
    ],
)  # fmt: skip
def test_the_schema_underlines_what_the_door_refuses(write: Write, change: tuple[str, str]) -> None:
    """An editor with the schema sees slips of the pen before anything is run."""
    assert change[0] in GOOD
    path = write(GOOD.replace(*change))
    _refusal(load_scenarios, path, ScenarioError)
    with pytest.raises(jsonschema.ValidationError):
        _scenario_checker().validate(read_source(path).plain)


def test_the_schemas_are_schemas_and_say_what_things_are() -> None:
    """Both are valid JSON Schema; keys carry the docstrings' sentences."""
    rig = rig_schema()
    for role in list(USUAL_DRIVERS)[1:]:  # each takes the same drivers
        del rig["properties"][role]
    for schema in (scenario_schema(load_requirements()), rig):
        jsonschema.Draft202012Validator.check_schema(schema)
    keys = scenario_schema()["properties"]
    assert "sentences" in keys["story"]["description"]
    assert re.fullmatch(r"\w.+\.", keys["when"]["description"])


def test_the_schema_lets_varied_values_stand() -> None:
    """``$name`` is right wherever a quantity or a number is."""
    plain = {
        "id": "P-1", "story": "x", "vary": {"cut": {"from": "0 ms", "to": "1 s", "step": "1 ms"}},
        "when": [{"hold": "$cut"}, {"hold": "${cut} ms"}], "always": ["exactly_once"],
    }  # fmt: skip
    _scenario_checker().validate(plain)


@pytest.mark.parametrize(
    "change",
    [("console:", "consol:"), ("clock: real", "clock: reel"), ("nominal: 9 V", "nominal: 9"),
     ("channel: 2", "chanel: 2"), ("channel: 2", "channel: two"), ("current: 3 A", "current: 3")],
)  # fmt: skip
def test_the_rig_schema_underlines_slips(write: Write, change: tuple[str, str]) -> None:
    """Unknown roles, options and units are seen while writing."""
    assert change[0] in RIG
    checker = jsonschema.Draft202012Validator(rig_schema())
    checker.validate(read_source(write(RIG)).plain)
    with pytest.raises(jsonschema.ValidationError):
        checker.validate(read_source(write(RIG.replace(*change))).plain)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a: [1, 2\nb: 3\n", ":2:2: this is no YAML"),
        (b"when: 2026-13-45\n", ": this cannot be read as YAML"),
        (b"a: \xff\n", ": this cannot be read as YAML"),
        (b"[" * 4000, ":2:1: this is no YAML"),
    ],
)
def test_a_personality_that_is_no_yaml_is_told_with_its_name(
    tmp_path: Path, text: bytes, said: str
) -> None:
    """Whatever is wrong with it: a ValueError that names the file."""
    path = tmp_path / "own.yaml"
    path.write_bytes(text)

    with pytest.raises(ValueError, match=re.escape(f"{path}{said}")):
        read_plain(path)
