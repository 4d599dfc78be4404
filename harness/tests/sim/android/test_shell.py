"""The shell of a simulated device."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sim.android.shell import Call, Shell, Unfit, tokens

words = st.text(st.characters(codec="utf-8", exclude_characters="\0\ue000"), max_size=12)


class Ran:
    """A shell with a few commands, and what came of a line."""

    def __init__(self, line: str, typed: bytes = b"") -> None:
        self.calls: list[list[str]] = []
        self.files: dict[str, bytes] = {}
        out, err, left = bytearray(), bytearray(), [typed] if typed else []
        shell = Shell({"say": self._say, "fail": self._fail, "cat": self._cat}, self._keep)
        self.status = shell.run(
            line, Call([], out.extend, err.extend, lambda: left.pop() if left else None)
        )
        self.out, self.err = bytes(out), bytes(err)

    def _say(self, call: Call) -> int:
        self.calls.append(call.words[1:])
        call.say(" ".join(call.words[1:]))
        return 0

    def _fail(self, call: Call) -> int:
        return call.complain("it failed", int(call.words[1]) if call.words[1:] else 1)

    def _cat(self, call: Call) -> int:
        while (piece := call.read()) is not None:
            call.out(piece)
        return 0

    def _keep(self, path: str, content: bytes, *, added: bool = False) -> None:
        if not path.startswith("/sdcard/"):
            raise PermissionError(13, "Permission denied")
        self.files[path] = (self.files.get(path, b"") if added else b"") + content


@given(st.lists(words, max_size=5))
def test_quoted_words_arrive_as_they_are(said: list[str]) -> None:
    """Whatever stands in them, quoted words are arguments and nothing else."""
    ran = Ran(shlex.join(["say", *said]))

    assert ran.calls == [said]
    assert ran.status == 0


@given(st.text(max_size=30))
def test_any_line_is_run_or_refused(line: str) -> None:
    """No line breaks the shell itself."""
    assert 0 <= Ran(line).status <= 255


@pytest.mark.parametrize(
    "line",
    ["say $(fail)", "say `fail`", "say $HOME", 'say "$(fail)"', "say 'open", 'say "open',
     "(say a)", "say a &", "| say"],
)  # fmt: skip
def test_what_was_not_quoted_is_refused(line: str) -> None:
    """Substitutions, subshells and background jobs are no arguments, and run nothing."""
    ran = Ran(line)

    assert ran.status == 2
    assert not ran.calls
    assert b"syntax error" in ran.err


@pytest.mark.parametrize(
    ("line", "out", "status"),
    [
        ("say a; say b", b"a\nb\n", 0), ("fail 3 && say a", b"", 3), ("fail || say a", b"a\n", 0),
        ("fail 7; say $?", b"7\n", 0), ("say a && fail 9 || say $?", b"a\n9\n", 0),
        ("say a | cat", b"a\n", 0), ("fail 4 2>/dev/null", b"", 4), ("say '$?'", b"$?\n", 0),
        ("exit 5; say a", b"", 5), ("exec say a", b"a\n", 0), ("nobody", b"", 127),
        ("fail 2>&1", b"it failed\n", 1), ('say "a;b" c\\ d', b"a;b c d\n", 0), ("", b"", 0),
        ("say a\nsay b", b"a\nb\n", 0), ("cat", b"typed", 0),
    ],
)  # fmt: skip
def test_lists_pipes_and_statuses(line: str, out: bytes, status: int) -> None:
    """Commands follow each other as POSIX has it."""
    ran = Ran(line, b"typed")

    assert (ran.out, ran.status) == (out, status)


def test_output_goes_to_files_where_it_may() -> None:
    """A file is replaced or added to; where none may be written, the command has failed."""
    ran = Ran("say a > /sdcard/x; say b >> /sdcard/x; say c > /system/x")

    assert ran.files == {"/sdcard/x": b"a\nb\n"}
    assert (ran.status, ran.out) == (1, b"")
    assert b"Permission denied" in ran.err


def test_an_escape_at_the_end_is_nothing() -> None:
    """A backslash without a character ends the word."""
    assert [token.text for token in tokens("say a\\")] == ["say", "a"]
    with pytest.raises(Unfit):
        list(tokens("'"))
