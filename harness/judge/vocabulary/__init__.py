"""The temporal vocabulary behind ``then`` and ``always``: ``expect never sometimes exactly_once``.

Matched per transaction: what the named groups of one pattern's ``match`` bind must agree with what
the others bound under the same name.
"""

from harness.judge.vocabulary.exactly_once import ExactlyOnce
from harness.judge.vocabulary.expect import Expect
from harness.judge.vocabulary.never import Never
from harness.judge.vocabulary.sometimes import Sometimes

#: Key of a scenario -> its class.
VOCABULARY: dict[str, type[Expect] | type[Never] | type[Sometimes] | type[ExactlyOnce]] = {
    "expect": Expect,
    "never": Never,
    "sometimes": Sometimes,
    "exactly_once": ExactlyOnce,
}
