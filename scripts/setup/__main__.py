"""`python3 -m scripts.setup venv FOLDER REQUIREMENTS [--with-px]`, or `npm FOLDER`."""

import os
import sys

from scripts.setup.base_python import NoPython, choose

FAILED = 2


def fail(sentence: str, hint: str = "") -> int:
    sys.stderr.write(f"error: {sentence}\n" + (f"hint: {hint}\n" if hint else ""))
    return FAILED


def main() -> int:
    try:
        python = choose()
    except NoPython as refusal:
        return fail(refusal.sentence, refusal.hint)
    if sys.prefix != sys.base_prefix or os.path.realpath(python) != os.path.realpath(
        sys.executable
    ):
        os.execv(python, [python, "-E", "-m", "scripts.setup", *sys.argv[1:]])  # noqa: S606
    from scripts.setup.steps import run

    return run(python, sys.argv[1:], fail)


if __name__ == "__main__":
    sys.exit(main())
