"""A Worker whose top level imports the brains of each folder in `cases/`, and prints why not."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from positronic.cloudflare import brain_files


def _try(case: Path) -> str:
    """The traceback, as the runtime prints it when it is not caught."""
    sys.path.insert(0, str(case))
    try:
        brain_files.import_all()
    except brain_files.NotImported as error:
        return "".join(traceback.format_exception(error))
    finally:
        sys.path.remove(str(case))
        for name in [one for one in sys.modules if one.partition(".")[0] == brain_files.FOLDER]:
            del sys.modules[name]
    return ""


for _case in sorted((Path(__file__).parent / "cases").iterdir()):
    print(f"case {_case.name}:\n{_try(_case)}")  # noqa: T201
raise SystemExit
