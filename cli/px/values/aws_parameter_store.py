"""Values in AWS Systems Manager Parameter Store: one SecureString each, never written again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from px.aws.failures import DENIED, AwsRefused
from px.values.aws_objects import as_store_failures, denied, is_marked, tags
from px.values.object_store import ValueLimits

# Of the standard tier. AWS takes {{...}} for the name of another parameter.
LIMITS: Final = ValueLimits("AWS Parameter Store", 4_096, takes_braces=False)
_ABSENT: Final = "ParameterNotFound"
_EXISTS: Final = "ParameterAlreadyExists"
_NO_RESOURCE: Final = "InvalidResourceId"


class AwsParameterObjects:
    """Those below `/PREFIX/HOST/PROJECT/`. `client`: botocore's, which threads may share."""

    def __init__(self, client: Any, prefix: str, host: str, project: str) -> None:  # noqa: ANN401
        self._client = client
        self._host = host
        self._folder = f"/{prefix}/{host}/{project}/"

    def create(self, path: str, text: str) -> bool:
        try:
            with as_store_failures(LIMITS.provider, _EXISTS):
                self._client.put_parameter(
                    Name=self._folder + path,
                    Value=text,
                    Type="SecureString",
                    Overwrite=False,
                    Tags=tags(self._host),
                )
        except AwsRefused:
            return False
        return True

    def read(self, path: str) -> str | None:
        try:
            with as_store_failures(LIMITS.provider, _ABSENT, *DENIED):
                found = self._client.get_parameter(Name=self._folder + path, WithDecryption=True)
        except AwsRefused as refused:
            denied(refused, LIMITS.provider, "ssm:GetParameter")
            return None
        text = found["Parameter"].get("Value")
        return text if isinstance(text, str) else None

    def paths(self) -> Iterator[str]:
        """Without values: the other call for a path would fetch all of them."""
        below = {"Key": "Path", "Option": "Recursive", "Values": [self._folder.rstrip("/")]}
        with as_store_failures(LIMITS.provider):
            pages = self._client.get_paginator("describe_parameters")
            names = [
                one["Name"]
                for page in pages.paginate(ParameterFilters=[below])
                for one in page["Parameters"]
            ]
        for name in names:
            if name.startswith(self._folder):
                yield name.removeprefix(self._folder)

    def delete(self, path: str) -> None:
        name = self._folder + path
        try:
            with as_store_failures(LIMITS.provider, _ABSENT, _NO_RESOURCE):
                found = self._client.list_tags_for_resource(
                    ResourceType="Parameter", ResourceId=name
                )
                if is_marked(found.get("TagList"), self._host):
                    self._client.delete_parameter(Name=name)
        except AwsRefused:
            return
