"""Brains: built by brain(), run by run(), reported as events without secret values."""

from __future__ import annotations

from positronic.brains.brain_errors import (
    InvalidBrain,
    InvalidOptions,
    InvalidRun,
    SecretNotFound,
    StepFailed,
)
from positronic.brains.brain_secrets import BrainSecrets
from positronic.brains.builder import Brain, brain
from positronic.brains.completed import CompletedStep
from positronic.brains.replay import Replay, replay
from positronic.brains.runner import run
from positronic.errors import SecretExpired

__all__ = [
    "Brain",
    "BrainSecrets",
    "CompletedStep",
    "InvalidBrain",
    "InvalidOptions",
    "InvalidRun",
    "Replay",
    "SecretExpired",
    "SecretNotFound",
    "StepFailed",
    "brain",
    "replay",
    "run",
]
