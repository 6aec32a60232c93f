"""`python -m bench`: each figure beside what it is compared with, in one run. See README.md."""

from __future__ import annotations

from bench.answers import print_answers
from bench.checkout import checkout
from bench.cold_starts import print_cold_starts
from bench.commands import print_commands
from bench.many_runs import print_many_runs
from bench.upload import print_upload


def main() -> None:
    with checkout() as project:
        print_answers(project)
        print_cold_starts(project)
        print_many_runs(project)
        print_commands(project)
        print_upload(project)


if __name__ == "__main__":
    main()
