"""What the commands of targets share: the target's name."""

from __future__ import annotations

from typing import Annotated

import typer

TargetArgument = Annotated[
    str, typer.Argument(metavar="TARGET", help="The target's name in the configuration.")
]
