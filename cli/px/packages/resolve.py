"""Which versions go together in the Worker, with its markers and not this machine's.

pip and uv decide by the Python that they run in, or by platforms that lack the Worker's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version
from resolvelib import (
    AbstractProvider,
    BaseReporter,
    ResolutionImpossible,
    Resolver,
)
from resolvelib.resolvers import RequirementInformation, ResolutionTooDeep
from unearth import Package

from px.errors import Refused
from px.packages.index import Index
from px.tools.target import MARKERS

# How many versions of a package are tried: each has to be downloaded to know what it requires.
_NEWEST: Final = 10
_ROUNDS: Final = 500
_HINT: Final = "choose another package, or a version of it that can: `px add 'NAME<VERSION'`"


class Key(NamedTuple):
    """A package, or a package with extras, which resolvelib takes for one of its own."""

    name: NormalizedName
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version; without a build: it is the library's, whose pins are closed."""

    key: Key
    version: Version
    build: Package | None = None

    def __str__(self) -> str:
        return f"{self.key.name} {self.version}"


class Cannot(Refused):
    """The package, or something that it needs, cannot run in the Worker."""

    def __init__(self, sentence: str, hint: str = _HINT) -> None:
        super().__init__(f"{sentence}; nothing was changed", code="package_refused", hint=hint)


Found = Mapping[NormalizedName, Candidate]


def resolve(
    asked: Iterable[Requirement],
    index: Index,
    *,
    pinned: Mapping[str, str],
    kept: Mapping[str, str],
    say: Callable[[str], None],
) -> Found:
    """The versions of everything that `asked` needs beyond `pinned`, `kept` ones if they fit.

    Raises Cannot.
    """
    provider = _Provider(index, pinned, kept, say)
    resolver = Resolver[Requirement, Candidate, Key](provider, BaseReporter())
    try:
        result = resolver.resolve([*asked], max_rounds=_ROUNDS)
    except ResolutionImpossible as problem:
        raise Cannot(_why(provider, problem.causes)) from None
    except ResolutionTooDeep:
        raise Cannot("no versions of these packages were found that go together") from None
    return {key.name: one for key, one in result.mapping.items() if not key.extras and one.build}


class _Provider(AbstractProvider[Requirement, Candidate, Key]):
    def __init__(
        self,
        index: Index,
        pinned: Mapping[str, str],
        kept: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.index = index
        self.pinned = {canonicalize_name(name): Version(one) for name, one in pinned.items()}
        self._kept = {canonicalize_name(name): Version(one) for name, one in kept.items()}
        self._say = say
        self._builds: dict[NormalizedName, dict[Version, Package]] = {}
        self._needs: dict[tuple[NormalizedName, Version], list[Requirement]] = {}

    def identify(self, requirement_or_candidate: Requirement | Candidate) -> Key:
        one = requirement_or_candidate
        if isinstance(one, Candidate):
            return one.key
        return Key(canonicalize_name(one.name), frozenset(map(canonicalize_name, one.extras)))

    def get_preference(
        self,
        identifier: Key,
        resolutions: Mapping[Key, Candidate],
        candidates: Mapping[Key, Iterator[Candidate]],
        information: Mapping[Key, Iterator[RequirementInformation[Requirement, Candidate]]],
        backtrack_causes: Sequence[RequirementInformation[Requirement, Candidate]],
    ) -> tuple[bool, bool, bool, str]:
        """What cannot be had, or has one version, or is new here, comes first: less is in vain."""
        causes = {self.identify(one.requirement).name for one in backtrack_causes}
        name = identifier.name
        settled = name in self.pinned or not self.builds(name)
        return (not settled, name not in causes, name in self._kept, name)

    def find_matches(
        self,
        identifier: Key,
        requirements: Mapping[Key, Iterator[Requirement]],
        incompatibilities: Mapping[Key, Iterator[Candidate]],
    ) -> list[Candidate]:
        bad = {one.version for one in incompatibilities[identifier]}
        versions: Iterable[Version] = self.versions(identifier.name)
        for requirement in requirements[identifier]:
            versions = [*requirement.specifier.filter(versions)]
        builds = {} if identifier.name in self.pinned else self.builds(identifier.name)
        found = [Candidate(identifier, one, builds.get(one)) for one in versions if one not in bad]
        return found[:_NEWEST]

    def is_satisfied_by(self, requirement: Requirement, candidate: Candidate) -> bool:
        return requirement.specifier.contains(candidate.version, prereleases=True)

    def get_dependencies(self, candidate: Candidate) -> list[Requirement]:
        key = candidate.key
        if candidate.build is None:
            return []
        found = self._required(key.name, candidate.version, candidate.build)
        if not key.extras:
            return [one for one in found if _applies(one, "")]
        own = Requirement(f"{key.name}=={candidate.version}")
        return [own, *(one for one in found if any(_applies(one, extra) for extra in key.extras))]

    def versions(self, name: NormalizedName) -> list[Version]:
        """In the order in which they are tried."""
        if name in self.pinned:
            return [self.pinned[name]]
        found = [*self.builds(name)]
        kept = self._kept.get(name)
        return sorted(found, key=lambda one: (one == kept, one), reverse=True)

    def builds(self, name: NormalizedName) -> dict[Version, Package]:
        """The best build of each version that the Worker can load."""
        if name not in self._builds:
            best: dict[Version, Package] = {}
            for one in () if name in self.pinned else self.index.builds(name):
                best.setdefault(Version(one.version or "0"), one)
            self._builds[name] = best
        return self._builds[name]

    def _required(
        self, name: NormalizedName, version: Version, build: Package
    ) -> list[Requirement]:
        if (name, version) not in self._needs:
            self._say(f"Looking at {name} {version}")
            said = self.index.metadata(build).get_all("Requires-Dist", [])
            try:
                self._needs[name, version] = [Requirement(one) for one in said]
            except InvalidRequirement:
                raise Cannot(f"{name} {version} requires what cannot be read") from None
        return self._needs[name, version]


def _applies(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate({**MARKERS, "extra": extra})


def _why(
    provider: _Provider, causes: Iterable[RequirementInformation[Requirement, Candidate]]
) -> str:
    """One sentence: what cannot be had at all, else what does not go together."""
    told = list(dict.fromkeys((one.requirement, one.parent) for one in causes))
    for requirement, parent in told:
        name = canonicalize_name(requirement.name)
        if not provider.versions(name):
            what = name if parent is None else f"{name}, which {parent} needs,"
            return f"{what} cannot run in the Worker: {_gap(provider.index.files(name))}"
    for requirement, parent in told:
        if (pin := provider.pinned.get(canonicalize_name(requirement.name))) is not None:
            who = f"{parent} needs" if parent else "you ask for"
            return f"{who} {requirement}, but the library works with {requirement.name} {pin}"
    if len(told) == 1 and told[0][1] is None:
        newest = provider.versions(canonicalize_name(told[0][0].name))[0]
        return f"no version fits {told[0][0]}: the newest for the Worker is {newest}"
    needs = (f"{parent} needs {one}" if parent else f"you ask for {one}" for one, parent in told)
    return f"these do not go together: {', '.join(needs)}"


def _gap(files: Sequence[Package]) -> str:
    if not files:
        return "the package index has no package of this name"
    wheels = [one for one in files if one.link.is_wheel]
    if not wheels:
        return "it is only published as source, and px builds nothing"
    if any(one.link.filename.endswith("-none-any.whl") for one in wheels):
        return f"no version of it is for the Worker's Python, {MARKERS['python_version']}"
    return "it has compiled code, and no build of it is for the Worker"
