"""Brain files that cannot be imported, and what their author must read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINE: Final = "worker/brains/mine.py"
_LOOK_ALIKE: Final = (
    '"x\\nTraceback (most recent call last):\\n'
    '  File \\"/session/metadata/brains/b.py\\", line 9\\n'
    'positronic.cloudflare.brain_files.NotImported: worker/brains/b.py: no"'
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A `mine.py`, with other files beside it, and the sentence that it ends with."""

    name: str
    source: str | bytes
    sentence: str
    others: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> dict[str, bytes]:
        mine = self.source if isinstance(self.source, bytes) else self.source.encode()
        return {"mine.py": mine} | {name: text.encode() for name, text in self.others}


def _missing(name: str) -> str:
    return f"there is no module `{name}`: neither a file in worker/ nor a bundled package"


BROKEN: Final = (
    Broken("bare assert", "x = 0\nassert x\n", f"{MINE}, line 2: AssertionError"),
    Broken("not written", "raise NotImplementedError\n", f"{MINE}, line 1: NotImplementedError"),
    Broken("empty message", 'raise ValueError("")\n', f"{MINE}, line 1: ValueError"),
    Broken(
        "multi-line",
        'raise ValueError("one\\n  two\\n\\nthree")',
        f"{MINE}, line 1: ValueError: one two three",
    ),
    Broken(
        "json",
        'import json\n\njson.loads("{")\n',
        f"{MINE}, line 3: JSONDecodeError: Expecting property name",
    ),
    Broken(
        "regex",
        'import re\nre.compile("(")\n',
        f"{MINE}, line 2: PatternError: missing ), unterminated",
    ),
    Broken(
        "dataclass",
        "from dataclasses import dataclass\n\n@dataclass\nclass A:\n    x: list = []\n",
        f"{MINE}, line 3: ValueError: mutable default <class 'list'> for field x",
    ),
    Broken(
        "randomness",
        "import secrets\nX = secrets.token_hex()\n",
        f"{MINE}, line 2: OSError: [Errno 29] Randomness is not allowed",
    ),
    Broken(
        "pydantic",
        "from pydantic import BaseModel\n\nclass A(BaseModel):\n    x: object()\n",
        f"{MINE}, line 3: PydanticSchemaGenerationError: Unable to generate",
    ),
    Broken(
        "option",
        'from positronic import brain\nX = brain("a").step("B", lambda nothing: nothing)\n',
        f"{MINE}, line 2: step 'B': there is nothing to give for the parameter 'nothing'",
    ),
    Broken(
        "typo",
        "import _hleper\n",
        f"{MINE}, line 1: {_missing('_hleper')}; did you mean `brains._helper`?",
        (("_helper.py", ""),),
    ),
    Broken(
        "typo in brains",
        "from brains._hleper import x\n",
        f"{MINE}, line 1: {_missing('brains._hleper')}; did you mean `brains._helper`?",
        (("_helper.py", ""),),
    ),
    Broken("no package", "import nosuchpackage\n", f"{MINE}, line 1: {_missing('nosuchpackage')}"),
    Broken(
        "another file's import",
        "from brains import _other\n",
        f"worker/brains/_other.py, line 2: {_missing('nosuchpackage')}",
        (("_other.py", "\nimport nosuchpackage\n"),),
    ),
    Broken(
        "missing name",
        "from brains._other import gone\n",
        f"{MINE}, line 1: ImportError: cannot import name 'gone' from 'brains._other' "
        "(worker/brains/_other.py)",
        (("_other.py", ""),),
    ),
    Broken(
        "circular",
        "from brains._other import x\ny = 1\n",
        "worker/brains/_other.py, line 1: ImportError: cannot import name 'y' from partially",
        (("_other.py", "from brains.mine import y\nx = 1\n"),),
    ),
    Broken("not closed", "x = 1\ny = {\n", f"{MINE}, line 2: SyntaxError: '{{' was never closed"),
    Broken(
        "indentation", "def f():\nreturn 1\n", f"{MINE}, line 2: IndentationError: expected an ind"
    ),
    Broken(
        "null byte", b"x = 1\0\n", f"{MINE}: SyntaxError: source code string cannot contain null"
    ),
    Broken("latin-1", b'x = 1\ny = "\xe9"\n', f"{MINE}, line 2: SyntaxError: Non-UTF-8 code"),
    Broken("exit", "import sys\nsys.exit(3)\n", f"{MINE}, line 2: SystemExit: 3"),
    Broken(
        "recursion",
        "def f():\n    f()\nf()\n",
        f"{MINE}, line 2: RecursionError: maximum recursion depth exceeded",
    ),
    Broken(
        "chained",
        'try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError("k") from e\n',
        f"{MINE}, line 4: KeyError: 'k'",
    ),
    Broken(
        "group",
        'raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])\n',
        f"{MINE}, line 1: ExceptionGroup: several (2 sub-exceptions), first ValueError: a",
    ),
    Broken(
        "look-alike",
        f"raise ValueError({_LOOK_ALIKE})\n",
        f"{MINE}, line 1: ValueError: x Traceback",
    ),
    Broken(
        "unprintable",
        "class E(Exception):\n    def __str__(self):\n        return 1 / 0\n\nraise E\n",
        f"{MINE}, line 5: E",
    ),
)
