"""The package index that this machine's pip uses, asked for what the Worker can load."""

from __future__ import annotations

import hashlib
import logging
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from zipfile import BadZipFile, ZipFile

import httpx2
from unearth import Package, PackageFinder, Source, TargetPython, UnpackError
from unearth.auth import MultiDomainBasicAuth
from unearth.collector import is_secure_origin
from unearth.fetchers import Fetcher, PyPIClient
from unearth.vcs import vcs_support

from px.local.pip_failures import NETWORK_HINT
from px.project.errors import LocalError
from px.tools.target import ABIS, IMPLEMENTATION, PLATFORM, PYTHON

if TYPE_CHECKING:
    from email.message import Message

    from unearth.link import Link

_SECONDS: Final = 60.0
_ABSENT: Final = (404, 410)
_SHA256: Final = re.compile("[0-9a-f]{64}")
# An index could otherwise make unearth start git, hg, svn or bzr.
vcs_support.unregister_all()
# It warns of each index that lacks a package, with the index's address.
logging.getLogger("unearth").setLevel(logging.CRITICAL)


class Index:
    """Files of packages; `settings` are pip's, as environment variables.

    `cache` keeps what the index gives a hash for, `folder` has the rest while px runs. Raises
    LocalError when the index fails.
    """

    def __init__(self, settings: Mapping[str, str], cache: Path, folder: Path) -> None:
        self._cache = cache
        self._folder = folder
        self._known: dict[str, list[Package]] = {}
        session = _session(settings)
        self._fetcher = fetcher = cast(Fetcher, session)
        target = TargetPython(PYTHON, [*ABIS], IMPLEMENTATION, [PLATFORM])
        self._all = PackageFinder(fetcher, target_python=target, ignore_compatibility=True)
        self._loadable = PackageFinder(fetcher, target_python=target, only_binary=[":all:"])
        self._all.sources[:] = sources = _sources(settings, self._all)
        self._only_files = not any(_is_remote(one["url"]) for one in sources)
        session.auth = MultiDomainBasicAuth(
            index_urls=[one["url"] for one in sources if one["type"] == "index"]
        )

    def builds(self, name: str) -> list[Package]:
        """The wheels that the Worker can load, newest first; none that was withdrawn."""
        evaluator = self._loadable.build_evaluator(name)
        return [one for one in self.files(name) if evaluator.evaluate_link(one.link)]

    def files(self, name: str) -> list[Package]:
        """Every file, for any machine, newest first."""
        if name not in self._known:
            with _reachable():
                found = self._all.find_all_packages(name, allow_yanked=True)
                self._known[name] = [one for one in found if self._is_usable(one.link)]
        return self._known[name]

    def metadata(self, package: Package) -> Message:
        """What a wheel says of itself, above all what it requires."""
        wheel = self._wheel(package)
        try:
            with ZipFile(wheel) as archive:
                (name,) = (one for one in archive.namelist() if _is_metadata(one))
                return message_from_bytes(archive.read(name))
        except (BadZipFile, ValueError):
            raise LocalError(f"{package.link.filename} is not a wheel") from None

    def hashes(self, name: str, version: str, chosen: Package) -> list[str]:
        """SHA-256 of every file of this version, so that the pins hold on any machine."""
        found = {self._hash(one) for one in self.files(name) if one.version == version}
        own = self._hash(chosen) or _sha256(self._wheel(chosen))
        return sorted({own, *found} - {""})

    def _is_usable(self, link: Link) -> bool:
        """A page of an index can link anything: a repository, or a file of this machine."""
        if link.is_vcs or link.subdirectory:
            return False
        if link.is_file:  # without a page it is from a folder that the settings name
            return self._only_files or link.comes_from is None
        return link.parsed.scheme in ("http", "https") and is_secure_origin(self._fetcher, link)

    def _hash(self, package: Package) -> str:
        """As the index says it; "" if it does not."""
        return _said(package.link) or (
            _sha256(package.link.file_path) if package.link.is_file else ""
        )

    def _wheel(self, package: Package) -> Path:
        """Only by the hash that the index says is a file of the cache used, or put there."""
        link, said = package.link, _said(package.link)
        kept = self._cache / link.filename
        if said and kept.is_file() and _sha256(kept) == said:
            return kept
        target = self._cache if said else self._folder
        hashes = {"sha256": [said]} if said else None
        try:
            with _reachable():
                return self._loadable.download_and_unpack(link, target, self._folder, hashes)
        except UnpackError:
            raise LocalError(
                f"{package.link.filename} is not the file that the package index names",
                "its hash differs: find out why before you use it",
            ) from None


def _session(settings: Mapping[str, str]) -> PyPIClient:
    certificate = settings.get("PIP_CLIENT_CERT")
    session = PyPIClient(
        trusted_hosts=settings.get("PIP_TRUSTED_HOST", "").split(),
        verify=ssl.create_default_context(cafile=settings.get("PIP_CERT")),
        cert=certificate,
        timeout=_SECONDS,
        follow_redirects=True,
        proxy=settings.get("PIP_PROXY"),
    )
    session.event_hooks = {"response": [_check]}
    return session


def _sources(settings: Mapping[str, str], finder: PackageFinder) -> list[Source]:
    """In pip's order; unearth's own default is pip's too."""
    default = finder.sources[0]["url"]
    indexes = [
        settings.get("PIP_INDEX_URL", default),
        *settings.get("PIP_EXTRA_INDEX_URL", "").split(),
    ]
    if settings.get("PIP_NO_INDEX", "0").lower() not in ("0", "false", "off", "no", ""):
        indexes = []
    links = [
        one
        for one in settings.get("PIP_FIND_LINKS", "").split()
        if "://" in one or Path(one).exists()
    ]
    return [
        *(Source(url=one, type="index") for one in indexes),
        *(Source(url=one, type="find_links") for one in links),
    ]


def _is_remote(source: str) -> bool:
    return "://" in source and not source.startswith("file:")


def _said(link: Link) -> str:
    """The SHA-256 that the index gives; "" for none, or for text that is not one."""
    found = str((link.hash_option or {}).get("sha256", [""])[0])
    return found if _SHA256.fullmatch(found) else ""


def _check(response: httpx2.Response) -> None:
    """unearth takes any failure for an index that lacks the package."""
    status = response.status_code
    if status >= 400 and status not in _ABSENT:
        raise LocalError(f"the package index answered {status}", NETWORK_HINT)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except httpx2.TransportError:
        raise LocalError("the package index cannot be reached", NETWORK_HINT) from None


def _is_metadata(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return file == "METADATA" and folder.endswith(".dist-info") and "/" not in folder


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
