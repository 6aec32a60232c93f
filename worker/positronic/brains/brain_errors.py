"""Errors for a brain's author and for the caller who starts a run."""

from __future__ import annotations

from positronic.errors import InvalidRequest


class InvalidBrain(Exception):
    """A brain that cannot be built as written; names the step."""


class SecretNotFound(LookupError):
    """The project has no secret with this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no secret {name}")
        self.name = name


class StepFailed(Exception):
    """A step did something that is not allowed; names the step, shows no value."""


class InvalidOptions(InvalidRequest):
    """Options that the brain does not accept; names the option, never shows its value."""


class InvalidRun(InvalidRequest):
    """A run that cannot start: its state is not a JSON object, or the brain has changed."""
