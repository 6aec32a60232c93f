"""`python -m scripts.dist FOLDER`: the wheels and sdists of the library and of px."""

import sys
from pathlib import Path

from scripts.dist.distributions import make

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    match sys.argv[1:]:
        case [folder]:
            for path in make(ROOT, Path(folder)):
                sys.stdout.write(f"{path}\n")
            return 0
        case _:
            sys.stderr.write("error: expects one folder, for example `dist`\n")
            return 2


if __name__ == "__main__":
    sys.exit(main())
