"""Values in AWS Secrets Manager: one secret each, which is never written a second time.

A secret of AWS with many versions would not do: AWS removes versions without a label, allows twenty
labels and one write in ten minutes, and deletes no single version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from px.aws.failures import DENIED, AwsRefused
from px.values.aws_objects import as_store_failures, denied, is_marked, tags
from px.values.object_store import ValueLimits

LIMITS: Final = ValueLimits("AWS Secrets Manager", 65_536)
_ABSENT: Final = "ResourceNotFoundException"
_EXISTS: Final = "ResourceExistsException"
# Also of a secret that is scheduled for deletion.
_NOT_NOW: Final = "InvalidRequestException"


class AwsSecretObjects:
    """Those below `PREFIX/HOST/PROJECT/`. `client`: botocore's, which threads may share."""

    def __init__(self, client: Any, prefix: str, host: str, project: str) -> None:  # noqa: ANN401
        self._client = client
        self._host = host
        self._folder = f"{prefix}/{host}/{project}/"

    def create(self, path: str, text: str) -> bool:
        try:
            with as_store_failures(LIMITS.provider, _EXISTS):
                self._client.create_secret(
                    Name=self._folder + path, SecretString=text, Tags=tags(self._host)
                )
        except AwsRefused:
            return False
        return True

    def read(self, path: str) -> str | None:
        try:
            with as_store_failures(LIMITS.provider, _ABSENT, _NOT_NOW, *DENIED):
                found = self._client.get_secret_value(SecretId=self._folder + path)
        except AwsRefused as refused:
            denied(refused, LIMITS.provider, "secretsmanager:GetSecretValue")
            return None
        text = found.get("SecretString")
        return text if isinstance(text, str) else None

    def paths(self) -> Iterator[str]:
        filters = [{"Key": "name", "Values": [self._folder]}]
        with as_store_failures(LIMITS.provider):
            pages = self._client.get_paginator("list_secrets").paginate(Filters=filters)
            names = [one["Name"] for page in pages for one in page["SecretList"]]
        for name in names:
            if name.startswith(self._folder):
                yield name.removeprefix(self._folder)

    def delete(self, path: str) -> None:
        try:
            with as_store_failures(LIMITS.provider, _ABSENT, _NOT_NOW):
                found = self._client.describe_secret(SecretId=self._folder + path)
                if is_marked(found.get("Tags"), self._host):
                    # By its ARN: a new secret of the same name is another one.
                    self._client.delete_secret(
                        SecretId=found["ARN"], ForceDeleteWithoutRecovery=True
                    )
        except AwsRefused:
            return
