"""AWS Systems Manager Parameter Store as a target: a SecureString a name, marked with tags.

AWS takes no tags together with Overwrite, so a parameter is created with its tags, or its tags are
read before it is overwritten. The receipt is the parameter's version.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from positronic.errors import NameFailed
from positronic.names import Name, Value
from positronic.ports import AtTarget
from positronic.providers.aws_api import AwsApi
from positronic.providers.mark import Mark
from positronic.providers.refusals import foreign, must_fit, unfit_value
from positronic.providers.side_by_side import side_by_side

PROVIDER: Final = "AWS Parameter Store"
ALREADY: Final = "ParameterAlreadyExists"
MISSING: Final = "ParameterNotFound"
NO_RESOURCE: Final = "InvalidResourceId"
TIERS: Final[Mapping[str, int]] = {"Standard": 4096, "Advanced": 8192}  # bytes
MAX_DEPTH: Final = 15
MAX_NAME: Final = 940  # 1,011 with the ARN, whose longest beginning has 66 characters
PAGE: Final = 50
MAX_PAGES: Final = 20  # of one list: a server that never ends one is broken

_NAME: Final = re.compile(r"(?:/[A-Za-z0-9_.-]+)+|[A-Za-z0-9_.-]+")
_RESERVED: Final = re.compile(r"/?(?:aws|ssm)", re.IGNORECASE)

Tier = Literal["Standard", "Advanced"]


@dataclass(frozen=True, slots=True)
class AwsParameterStore:
    """`prefix` before each name, such as `/shop/`."""

    api: AwsApi
    mark: Mark
    prefix: str
    tier: Tier = "Standard"
    kms_key: str | None = None

    def refusal(self, name: Name, value: Value | None = None) -> str | None:
        at = f"{self.prefix}{name}"
        if len(at) > MAX_NAME:
            return f"{name} is too long: {PROVIDER} takes {MAX_NAME} characters with the prefix"
        if not _NAME.fullmatch(at):
            return f"{at} is not what {PROVIDER} takes: paths are like /shop/{name}"
        if at.strip("/").count("/") >= MAX_DEPTH:
            return f"{at} has more than the {MAX_DEPTH} levels that {PROVIDER} takes"
        if _RESERVED.match(at):
            return f"{at} begins with aws or ssm, which {PROVIDER} keeps for itself"
        if value is not None and "{{" in value.reveal():
            return f"the value of {name} contains {{{{, which {PROVIDER} does not take"
        return self._size(name, value)

    def _size(self, name: Name, value: Value | None) -> str | None:
        sentence = unfit_value(PROVIDER, name, value, TIERS[self.tier])
        if sentence is None or self.tier == "Advanced":
            return sentence
        return f"{sentence}; the advanced tier takes {TIERS['Advanced']:,}"

    async def put(self, name: Name, value: Value, version: int) -> str | None:
        """The parameter's new version there; another one each time."""
        must_fit(self, name, value)
        at = f"{self.prefix}{name}"
        tags = await self._tags(at)
        if tags is not None and not self.mark.is_on(tags):
            raise foreign(PROVIDER, at)
        asked: dict[str, object] = {
            "Name": at,
            "Value": value.reveal(),
            "Type": "SecureString",
            "Tier": self.tier,
            "Overwrite": tags is not None,
        }
        if tags is None:
            asked["Tags"] = [{"Key": key, "Value": one} for key, one in self.mark.tags.items()]
        if self.kms_key is not None:
            asked["KeyId"] = self.kms_key
        outcome = await self.api.call("PutParameter", at, asked, (ALREADY,))
        if outcome.code:
            raise NameFailed(
                f"{at} was created at AWS by somebody else at the same time, or deleted less than "
                "30 seconds ago"
            )
        return str(outcome.reply.number("Version"))

    async def delete(self, name: Name) -> None:
        at = f"{self.prefix}{name}"
        tags = await self._tags(at)
        if tags is None:
            return
        if not self.mark.is_on(tags):
            raise foreign(PROVIDER, at)
        await self.api.call("DeleteParameter", at, {"Name": at}, (MISSING,))

    async def look(self, names: Collection[Name]) -> Mapping[Name, AtTarget]:
        """A call for 50 names, and one for the tags of each that is there."""
        ordered, found = sorted(names), {}
        for start in range(0, len(ordered), PAGE):
            part = {f"{self.prefix}{name}": name for name in ordered[start : start + PAGE]}
            versions = await self._versions(list(part))
            asked = [at for at in versions if at in part]
            for at, tags in (await side_by_side(asked, self._tags)).items():
                if tags is not None:
                    found[part[at]] = AtTarget(self.mark.is_on(tags), versions[at])
        return found

    async def _tags(self, at: str) -> Mapping[str, str] | None:
        """None: there is no such parameter."""
        asked = {"ResourceType": "Parameter", "ResourceId": at}
        outcome = await self.api.call("ListTagsForResource", at, asked, (NO_RESOURCE,))
        if outcome.code:
            return None
        return {tag.text("Key"): tag.text("Value") for tag in outcome.reply.listed("TagList")}

    async def _versions(self, ats: list[str]) -> Mapping[str, str]:
        asked: dict[str, object] = {
            "ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": ats}],
            "MaxResults": PAGE,
        }
        found: dict[str, str] = {}
        for _ in range(MAX_PAGES):
            reply = (await self.api.call("DescribeParameters", "the target", asked)).reply
            found |= {
                one.text("Name"): str(one.number("Version")) for one in reply.listed("Parameters")
            }
            if "NextToken" not in reply.fields:
                return found
            asked["NextToken"] = reply.fields["NextToken"]
        raise self.api.exchange.unreadable()
