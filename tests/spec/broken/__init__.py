"""Deliberately broken servers."""

from __future__ import annotations

from spec.broken import (
    access,
    adoption,
    audit,
    backup,
    brains,
    bulk,
    commits,
    copies,
    errors,
    grants,
    idempotence,
    limits,
    listing,
    policies,
    projects,
    secrets,
    targets,
    tokens,
    uses,
    versions,
)
from spec.broken.mutant import MUTANTS, Mutant

__all__ = ["MUTANTS", "Mutant"]
_MODULES = (
    access,
    adoption,
    audit,
    backup,
    brains,
    bulk,
    commits,
    copies,
    errors,
    grants,
    idempotence,
    limits,
    listing,
    policies,
    projects,
    secrets,
    targets,
    tokens,
    uses,
    versions,
)
