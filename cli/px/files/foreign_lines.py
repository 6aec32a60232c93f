"""Lines that are no NAME=value, and what they are instead: the first row that fits counts."""

from __future__ import annotations

import re
from typing import Final

from px.files.doubtful import UNSEEN

_USE: Final = "write NAME=value"

_ROWS: Final = tuple(
    (re.compile(mark, re.IGNORECASE), words)
    for mark, words in (
        (r"(<{7}|={7}|>{7}|\|{7})(\s|$)", "is a mark of a merge conflict: resolve it first"),
        (r"\[[^\]=]*\]\s*([#;].*)?$", f"is a section of an INI or TOML file: {_USE}"),
        (r"\$\{?env:", f"is PowerShell: {_USE}"),
        (r"set[ \t]+-[a-zA-Z]+[ \t]+[A-Za-z_]\w*[ \t]+\S", f"is fish: {_USE}"),
        (r"set[ \t]+([-+]|--)\w", f"is a command of a shell, and px runs none: {_USE}"),
        (r"(setx?|@?set\s+/\w)\s", f"is of the Windows command line: {_USE}"),
        (r"(setenv)\s", f"is csh: {_USE}"),
        (
            r"(declare|typeset|readonly|local|unset|source|eval|if|then|fi|else|for|done|case|echo)\b",
            f"is a command of a shell, and px runs none: {_USE}",
        ),
        (r"\.\s+\S", f"is a command of a shell, and px runs none: {_USE}"),
        (r"export\s+[A-Za-z_]\w*\s*$", "exports a variable without a value: write NAME=value"),
        (r"(ENV|ARG)\s+\w+", f"is of a Dockerfile: {_USE}"),
        (r"(-e|--env)\s", f"is an option of docker: {_USE}"),
        (r"\w+\s*(\?=|:=|\+=|::=)", f"is of a makefile: {_USE}"),
        (r"(const|let|var|module\.exports|export\s+(default|const))\b", f"is JavaScript: {_USE}"),
        (r"\"[^\"]*\"\s*:", "is a line of JSON: the whole file must be one JSON object"),
        (r"[{}\]]", "is a line of JSON: the whole file must be one JSON object"),
        (
            r"(source_(env|up)\w*|dotenv(_if_exists)?|PATH_add|path_add|layout|watch_file|use)(\s|$)",
            f"is of direnv: {_USE}",
        ),
        (r"\w+<<", "begins a here-document: write NAME=value, in quotes if it has several lines"),
        (
            rf"[{UNSEEN}]",
            "begins with a character that nobody sees, such as a byte-order mark: remove it",
        ),
        (r"(//|;|/\*|\*/|--\s|REM\s|::)", "is a comment of another kind; begin comments with #"),
        (r"```", "is a mark of Markdown: leave it out"),
        (r"<", "is HTML or XML: write NAME=value"),
        (
            r"(-----(BEGIN|END) |[\w+/]{20,}={0,2}$)",
            "looks like a piece of a key or certificate: put the whole value into quotes",
        ),
        (r"[\w.-]+:(\s|$)", "is YAML: write NAME=value"),
        (r"(null|true|false|undefined|none|nil)\s*$", "is no secret: a program found nothing"),
        (r"[^=]*=\s*(\"\"\"|''')", "has three quotes; one is enough for several lines"),
        (r"[^=,]+,[^=]*$", "has no `=`, and looks like CSV: write NAME=value"),
    )
)


def explain(line: str, otherwise: str) -> str:
    """What the line is, as a sentence without a subject; shows nothing of it."""
    line = line.lstrip()
    return next((words for mark, words in _ROWS if mark.match(line)), otherwise)
