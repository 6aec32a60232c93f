"""Which class each type of the table TARGETS is, and what it is made of.

The table's fields are checked where it is read (`targets/configured.py`); what a provider cannot
take of a name or a value is said by its target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.names import Project
from positronic.outgoing import Send
from positronic.ports import Clock
from positronic.providers import (
    aws_parameter_store,
    aws_secrets_manager,
    fly,
    vault,
    worker_secrets,
)
from positronic.providers.aws_api import AwsApi
from positronic.providers.aws_parameter_store import AwsParameterStore
from positronic.providers.aws_secrets_manager import AwsSecretsManager
from positronic.providers.exchange import Exchange
from positronic.providers.fly import Fly
from positronic.providers.mark import Mark
from positronic.providers.sigv4 import Credentials, Scope
from positronic.providers.vault import Vault
from positronic.providers.vault_api import VaultApi
from positronic.providers.worker_secrets import WorkerSecrets
from positronic.targets.configured import Make, TargetConfig

# The name in signatures and addresses, and what X-Amz-Target begins with.
_SECRETS_MANAGER: Final = ("secretsmanager", "secretsmanager")
_PARAMETER_STORE: Final = ("ssm", "AmazonSSM")


def makes(send: Send, clock: Clock) -> Mapping[str, Make]:
    """By type. `send` reads answers of up to `exchange.LONGEST_ANSWER` bytes."""
    making = _Making(send, clock)
    return {
        "aws-secrets-manager": making.secrets_manager,
        "aws-parameter-store": making.parameter_store,
        "fly": making.fly,
        "vault": making.vault,
        "worker-secrets": making.worker_secrets,
    }


@dataclass(frozen=True, slots=True)
class _Making:
    send: Send
    clock: Clock

    def secrets_manager(self, config: TargetConfig, project: Project) -> AwsSecretsManager:
        return AwsSecretsManager(
            self._aws(config, aws_secrets_manager.PROVIDER, *_SECRETS_MANAGER),
            Mark(project, config.name),
            config.fields.get("prefix", ""),
            config.fields.get("kms_key"),
        )

    def parameter_store(self, config: TargetConfig, project: Project) -> AwsParameterStore:
        return AwsParameterStore(
            self._aws(config, aws_parameter_store.PROVIDER, *_PARAMETER_STORE),
            Mark(project, config.name),
            config.fields.get("prefix", ""),
            "Advanced" if config.fields.get("tier") == "advanced" else "Standard",
            config.fields.get("kms_key"),
        )

    def fly(self, config: TargetConfig, _: Project) -> Fly:
        exchange = Exchange(fly.PROVIDER, self.send)
        token = _key(config, "API_TOKEN")
        return Fly(exchange, config.fields["app"], token, _address(config, fly.ADDRESS))

    def vault(self, config: TargetConfig, project: Project) -> Vault:
        api = VaultApi(
            Exchange(vault.PROVIDER, self.send),
            _address(config),
            config.fields["mount"],
            _key(config, "TOKEN"),
            config.fields.get("namespace"),
        )
        return Vault(api, Mark(project, config.name), config.fields.get("prefix", ""))

    def worker_secrets(self, config: TargetConfig, _: Project) -> WorkerSecrets:
        return WorkerSecrets(
            Exchange(worker_secrets.PROVIDER, self.send),
            config.fields["account"],
            config.fields["script"],
            _key(config, "API_TOKEN"),
            _address(config, worker_secrets.ADDRESS),
        )

    def _aws(self, config: TargetConfig, provider: str, service: str, prefix: str) -> AwsApi:
        region = config.fields["region"]
        end = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        credentials = Credentials(
            _key(config, "ACCESS_KEY_ID"),
            _key(config, "SECRET_ACCESS_KEY"),
            _key(config, "SESSION_TOKEN") if "SESSION_TOKEN" in config.credentials else None,
        )
        return AwsApi(
            Exchange(provider, self.send),
            prefix,
            Scope(region, service),
            _address(config, f"https://{service}.{region}.{end}"),
            credentials,
            self.clock,
        )


def _key(config: TargetConfig, end: str) -> str:
    """Without the line end that `echo` puts after what it is asked to pass on."""
    return config.credentials[end].strip()


def _address(config: TargetConfig, default: str = "") -> str:
    return config.fields.get("address", default).rstrip("/")
