"""nftables through libnftables, in this process: scripts in, JSON out.

The program ``nft`` costs 5 ms a call and pyroute2 packs quotas above 65535 bytes wrongly
(``NFTA_QUOTA_BYTES`` is 64 bits wide), hence the library itself.

Source: libnftables(3), libnftables-json(5), nft(8). What the parser wants: a newline before each
closing brace; ``fwd`` and ``all`` are words of its own and no names.
"""

import ctypes
import json
from collections.abc import Mapping
from typing import Any

from harness.errors import BenchError

LIBRARY = "libnftables.so.1"
JSON = 1 << 4  # NFT_CTX_OUTPUT_JSON
MEND = "install it: apt install libnftables1 (Debian), dnf install nftables-libs (Fedora)"


class NftRefused(BenchError):
    """The kernel, or the parser, said no."""


class Nft:
    """One context: it talks with the network namespace in which it was made.

    Raises:
        BenchError: The library is not installed.
    """

    def __init__(self) -> None:
        try:
            self._library = _library()
        except OSError as error:
            raise BenchError(f"{LIBRARY} is not there ({error}); {MEND}") from error
        self._context = ctypes.c_void_p(self._library.nft_ctx_new(0))
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)
        self._library.nft_ctx_output_set_flags(self._context, JSON)

    def run(self, script: str) -> str:
        """All of a script or nothing of it: one transaction. Returns what it printed.

        Raises:
            NftRefused: In the library's own words.
        """
        failed = self._library.nft_run_cmd_from_buffer(self._context, script.encode())
        printed = bytes(self._library.nft_ctx_get_output_buffer(self._context)).decode()
        said = bytes(self._library.nft_ctx_get_error_buffer(self._context)).decode()
        if failed:
            first = (said.strip().splitlines() or ["no reason given"])[0]
            raise NftRefused(f"nftables: {first.removeprefix('Error: ')}")
        return printed

    def ask(self, question: str) -> list[Mapping[str, Any]]:
        """What a ``list`` command finds: one mapping per object, kind -> its fields."""
        printed = self.run(question)
        found = json.loads(printed)["nftables"] if printed.strip() else []
        return [row for row in found if "metainfo" not in row]

    def tables(self, prefix: str) -> list[str]:
        """Names of the inet tables that begin so."""
        rows = (row["table"] for row in self.ask("list tables inet") if "table" in row)
        return [row["name"] for row in rows if row["name"].startswith(prefix)]

    def close(self) -> None:
        """Let go of the context; twice is once."""
        context, self._context = self._context, ctypes.c_void_p(None)
        if context:
            self._library.nft_ctx_free(context)


def _library() -> ctypes.CDLL:
    found = ctypes.CDLL(LIBRARY)
    found.nft_ctx_new.restype = ctypes.c_void_p
    for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
        getattr(found, name).restype = ctypes.c_char_p
        getattr(found, name).argtypes = [ctypes.c_void_p]
    found.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    found.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
    return found
