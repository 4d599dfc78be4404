"""Where the acquirer's books are kept: an SQLite file, or memory.

What an answer rests on is on the disk before the answer leaves (``commit``), whatever becomes of
the process in the middle of a message. Card numbers are in it truncated, or as an HMAC whose salt
is kept beside it so that a repeat is known again after a restart; keys are not in it at all.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.errors import BenchError

MEMORY = ":memory:"
SCHEMA = 1
TABLES = f"""
PRAGMA user_version = {SCHEMA};
CREATE TABLE entries (
    mid TEXT, tid TEXT, batch INTEGER, stan INTEGER, kind TEXT, amount INTEGER, pan TEXT,
    status TEXT, code TEXT, uploaded INTEGER, refers TEXT, mark TEXT, card TEXT, answer TEXT,
    number INTEGER PRIMARY KEY, UNIQUE (mid, tid, batch, stan));
CREATE TABLE undone (mid TEXT, tid TEXT, batch INTEGER, stan INTEGER);
CREATE TABLE settled (
    mid TEXT, tid TEXT, batch INTEGER, debit INTEGER, debits INTEGER, credit INTEGER,
    credits INTEGER);
CREATE TABLE uploaded (
    mid TEXT, tid TEXT, batch INTEGER, stan INTEGER, mark TEXT,
    PRIMARY KEY (mid, tid, batch, stan));
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT);
"""
_SAVE = """
INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
ON CONFLICT (mid, tid, batch, stan) DO UPDATE SET status = excluded.status, code = excluded.code,
    uploaded = excluded.uploaded, answer = excluded.answer
"""
Batch = tuple[str, str, int]


class Store:
    """One file of books, for one process at a time.

    Args:
        path: The file; made when it is not there, readable by its owner only.

    Raises:
        BenchError: It cannot be had, is in use, or is none of ours. So do all methods.
    """

    def __init__(self, path: str = MEMORY) -> None:
        self._path = path
        if path != MEMORY:
            with _told(path):
                Path(path).touch(mode=0o600, exist_ok=True)
        with _told(path):
            self._open()

    def _open(self) -> None:
        self._files = sqlite3.connect(self._path, timeout=0.0, check_same_thread=False)
        if self._path != MEMORY:
            # The lock is the process's and goes with it; the log is undone by who opens next.
            self._files.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                "PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT;"
            )
        (version,) = self._files.execute("PRAGMA user_version").fetchone()
        (tables,) = self._files.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != SCHEMA and (version or tables):
            raise BenchError(f"{self._path}: these are no books of this acquirer")
        if not tables:
            self._files.executescript(TABLES)

    def close(self) -> None:
        """Let go of the file; what was not committed is forgotten."""
        self._files.close()

    @property
    def changed(self) -> bool:
        """Whether something was kept that is not committed."""
        return self._files.in_transaction

    def commit(self) -> None:
        """Have on the disk all that was kept so far."""
        if self._files.in_transaction:
            with _told(self._path):
                self._files.commit()

    # --- writing ----------------------------------------------------------------------------

    def save(
        self, *, key: tuple[str, str, int, int], kind: str, amount: int, pan: str, mark: str,
        status: str, code: str, answer: Mapping[int, str], of: tuple[Any, ...] | None, card: str,
        uploaded: bool,
    ) -> None:  # fmt: skip
        """Keep an entry, or what has become of it."""
        refers = json.dumps(of) if of else ""
        self._run(
            _SAVE, *key, kind, amount, pan, status, code, uploaded, refers, mark, card,
            json.dumps(dict(answer)),
        )  # fmt: skip

    def undo(self, key: tuple[str, str, int, int]) -> None:
        """What was reversed before it came."""
        self._run("INSERT INTO undone VALUES (?, ?, ?, ?)", *key)

    def settle(self, batch: Batch, totals: tuple[int, int, int, int]) -> None:
        """A batch that is closed."""
        self._run("INSERT INTO settled VALUES (?, ?, ?, ?, ?, ?, ?)", *batch, *totals)

    def bring(self, key: tuple[str, str, int, int], mark: str) -> str:
        """An item of an upload; returns what came before under its number, ``""`` for nothing."""
        rows = self._run(
            "SELECT mark FROM uploaded WHERE (mid, tid, batch, stan) = (?, ?, ?, ?)", *key
        )
        if not rows:
            self._run("INSERT INTO uploaded VALUES (?, ?, ?, ?, ?)", *key, mark)
        return str(rows[0][0]) if rows else ""

    def remember(self, name: str, value: Any) -> None:
        """Keep a plain value by its name."""
        self._run("INSERT OR REPLACE INTO kept VALUES (?, ?)", name, json.dumps(value))

    # --- reading ----------------------------------------------------------------------------

    def recall(self, name: str) -> Any:
        """The value of that name, or None."""
        rows = self._run("SELECT value FROM kept WHERE name = ?", name)
        return json.loads(rows[0][0]) if rows else None

    def brought(self, batch: Batch) -> int:
        """How many items of a batch were uploaded."""
        rows = self._run(
            "SELECT count(*) FROM uploaded WHERE (mid, tid, batch) = (?, ?, ?)", *batch
        )
        return int(rows[0][0])

    def entries(self) -> Iterator[dict[str, Any]]:
        """All entries, as ``save`` took them, in order of their booking."""
        for row in self._run("SELECT * FROM entries ORDER BY number"):
            kind, amount, pan, status, code, uploaded, refers, mark, card, answer, _ = row[4:]
            fields = {int(number): text for number, text in json.loads(answer).items()}
            yield {
                "key": row[:4], "kind": kind, "amount": amount, "pan": pan, "status": status,
                "code": code, "uploaded": bool(uploaded), "mark": mark, "card": card,
                "of": json.loads(refers) if refers else None, "answer": fields,
            }  # fmt: skip

    def undone(self) -> Iterator[tuple[str, str, int, int]]:
        """What ``undo`` took."""
        yield from self._run("SELECT * FROM undone")

    def settled(self) -> Iterator[tuple[Batch, tuple[int, int, int, int]]]:
        """What ``settle`` took."""
        for row in self._run("SELECT * FROM settled"):
            yield row[:3], row[3:]

    def _run(self, sql: str, *values: Any) -> list[Any]:
        with _told(self._path):
            return self._files.execute(sql, values).fetchall()


@contextmanager
def _told(path: str) -> Iterator[None]:
    """What SQLite or the disk says, in the bench's words."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BenchError(f"{path}: the books cannot be kept there ({error})") from error
