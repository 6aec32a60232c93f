"""An app: another Worker that `px dev --with` runs beside the project's own.

Its config may be somebody else's work. px runs no command and no plugin that it names, and refuses
one that leads to the project's own files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from px.errors import Usage
from px.local.app_bindings import AppBindings, read_bindings
from px.project.environment import PRODUCTION
from px.project.inheritance import names_of
from px.project.manifest import Manifest, in_environment, read_manifest
from px.project.upwards import CONFIGS, config_in
from px.project.workspace import Workspace
from px.terminal import printable

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,63}")


@dataclass(frozen=True, slots=True)
class App:
    """Its config as it was read, and how it was named on the command line."""

    named: Path
    manifest: Manifest
    bindings: AppBindings

    @property
    def name(self) -> str:
        return self.manifest.worker

    @property
    def config(self) -> Path:
        return self.manifest.config

    @property
    def folder(self) -> Path:
        return self.config.parent

    @property
    def dev_vars(self) -> tuple[Path, Path]:
        """Where wrangler may find its variables for this machine; an environment's own win."""
        environment = self.manifest.environment
        return self.folder / environment.dev_vars, self.folder / PRODUCTION.dev_vars

    @property
    def is_python(self) -> bool:
        return self.manifest.main.suffix == ".py"

    @property
    def build(self) -> str:
        """The command that its own wrangler would run first; px does not."""
        return str(self.manifest.fields.get("build", {}).get("command", ""))


def read_app(named: Path, project: Workspace) -> App:
    """The app with this config, or with the config in this folder. Raises Usage.

    In the project's environment if the app has one of that name, otherwise its top level.
    """
    manifest = read_manifest(_config(named))
    if project.environment.name in names_of(manifest.written):
        manifest = in_environment(manifest, project.environment)
    own = read_manifest(project.config, project.environment)
    _check_name(named, manifest, own)
    try:
        app = App(named, manifest, read_bindings(manifest, own.worker))
        _check_folders(app, project)
        build, _ = app.build, manifest.flags
    except (TypeError, AttributeError, KeyError):
        raise Usage(f"{named} has a field that wrangler would not take") from None
    if not manifest.main.is_file():
        hint = f"px does not run its build: {printable(build)}" if build else ""
        raise Usage(f"{named}: there is no {printable(str(manifest.main))}, its main", hint=hint)
    return app


def _config(named: Path) -> Path:
    """Raises Usage."""
    hint = "name another Worker's wrangler.jsonc or wrangler.toml"
    config = config_in(named) if named.is_dir() else named
    if not config.is_file():
        raise Usage(f"--with: {config} does not exist", hint=hint)
    if config.suffix not in {Path(name).suffix for name in CONFIGS}:
        raise Usage(f"--with: {config} is no configuration of wrangler", hint=hint)
    return config.resolve()


def _check_name(named: Path, manifest: Manifest, own: Manifest) -> None:
    """A name becomes part of a path and of what px prints."""
    if not _NAME.fullmatch(manifest.worker):
        raise Usage(f"{named} has a name that Cloudflare would not take")
    if manifest.worker == own.worker:
        raise Usage(f"{named} has the name of the project's own Worker, {manifest.worker}")


def _check_folders(app: App, project: Workspace) -> None:
    """wrangler may upload or serve all that is in these folders."""
    root = project.root.resolve()
    if app.folder == root:
        raise Usage(
            f"{app.named} is in the project's own folder, where the master keys are",
            hint="give the other Worker a folder of its own",
        )
    fields = app.manifest.fields
    folders = {"main": app.manifest.main.parent, ".wrangler": app.folder / ".wrangler"}
    if "base_dir" in fields:
        folders["base_dir"] = app.folder / str(fields["base_dir"])
    if "assets" in fields:
        folders["assets.directory"] = app.folder / str(fields["assets"].get("directory", "."))
    for what, folder in folders.items():
        found = folder.resolve()
        is_ours = found.is_relative_to(root) and not found.is_relative_to(app.folder)
        if is_ours or root.is_relative_to(found):
            raise Usage(
                f"{app.named}: {what} leads to the project's own files",
                hint="use a folder that has only files of the other Worker",
            )
    _check_dev_vars(app, project)


def _check_dev_vars(app: App, project: Workspace) -> None:
    """Raises Usage where the app would get the project's keys as its own variables."""
    for pattern in (f"{PRODUCTION.dev_vars}*", ".env*"):
        for found in app.folder.glob(pattern):
            real = found.resolve()
            if real.is_relative_to(project.root.resolve()) and real.parent != app.folder:
                raise Usage(f"{app.named}: the {found.name} next to it is the project's own")
