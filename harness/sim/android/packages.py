"""Installing applications on a simulated device: ``pm`` and ``cmd package``.

An APK is a ZIP with a manifest and a signature. Source: AOSP, frameworks/base:
PackageManagerShellCommand (``Success``, ``Failure [...]``), PackageManager (the words of failures).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence

from harness.sim.android.disk import Disk
from harness.sim.android.shell import Call

NAME = re.compile(rb'package="([A-Za-z][\w.]{0,200})"')
FOLDER = "/data/app/"
MANIFEST = "AndroidManifest.xml"


class Packages:
    """What is installed: what came with the device, and what was added."""

    def __init__(self, disk: Disk, given: Sequence[str]) -> None:
        self._disk = disk
        self._given = tuple(given)

    def run(self, call: Call) -> int:
        """``install FILE``, or ``-S SIZE`` from its input; ``path``, ``list``, ``uninstall``."""
        words = [word for word in call.words if word != "package"]
        acts = {"install": self._install, "path": self._path, "list": self._list,
                "uninstall": self._uninstall}  # fmt: skip
        act = acts.get(words[1] if words[1:] else "")
        return act(call, words[2:]) if act else call.complain("pm: no such command", 255)

    def names(self) -> list[str]:
        """All packages."""
        return [*self._given, *(path.split("/")[3] for path in self._disk.paths(FOLDER))]

    def _install(self, call: Call, words: list[str]) -> int:
        size = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "-S"), None)
        try:
            if size is not None:
                content = _read(call, int(size))
            else:
                content = self._disk.read(words[-1] if words else "")
        except (OSError, ValueError):
            return call.complain("Error: Unable to open file", 255)
        failure = wrong_with(content)
        if not failure:
            try:
                self._disk.put(f"{FOLDER}{name_of(content)}", content)
            except OSError:
                failure = "INSTALL_FAILED_INSUFFICIENT_STORAGE"
        call.say(f"Failure [{failure}]" if failure else "Success")
        return 1 if failure else 0

    def _path(self, call: Call, words: list[str]) -> int:
        if not words or words[0] not in self.names():
            return 1
        call.say(f"package:{FOLDER}{words[0]}/base.apk")
        return 0

    def _list(self, call: Call, words: list[str]) -> int:
        for name in sorted(self.names()):
            call.say(f"package:{name}")
        return 0

    def _uninstall(self, call: Call, words: list[str]) -> int:
        try:
            self._disk.remove(f"{FOLDER}{words[-1] if words else ''}")
        except OSError:
            call.say("Failure [DELETE_FAILED_INTERNAL_ERROR]")
            return 1
        call.say("Success")
        return 0


def _read(call: Call, size: int) -> bytes:
    content = b""
    while len(content) < size and (piece := call.read()) is not None:
        content += piece
    if len(content) != size:
        raise ValueError("the stream ended early")
    return content


def wrong_with(content: bytes) -> str:
    """The word of the failure; ``""`` for a good one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            whole = parts.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        return "INSTALL_PARSE_FAILED_NOT_APK"
    if not whole:
        return "INSTALL_FAILED_INVALID_APK"
    if MANIFEST not in names:
        return "INSTALL_PARSE_FAILED_BAD_MANIFEST"
    signed = any(name.startswith("META-INF/") and name.endswith((".RSA", ".EC")) for name in names)
    return "" if signed else "INSTALL_PARSE_FAILED_NO_CERTIFICATES"


def name_of(content: bytes) -> str:
    """By its manifest, where that is a text; compiled ones are called by their checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = NAME.search(parts.read(MANIFEST))
    return found[1].decode() if found else f"apk.{zlib.crc32(content):08x}"
