"""What AWS's error codes mean for copies there.

Sources: "Common error types" of both services' API references, and the error shapes of botocore's
service models. Most have the status 400, also those that say that access is denied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# https://docs.aws.amazon.com/secretsmanager: botocore's retry handler knows the same codes.
THROTTLED: Final = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled"),
        *("RequestThrottledException", "RequestLimitExceeded", "TooManyRequestsException"),
        *("SlowDown", "PriorRequestNotComplete"),
    }
)

PASSING: Final = frozenset(
    {
        *("InternalFailure", "InternalServiceError", "InternalServerError", "ServiceUnavailable"),
        *("RequestTimeout", "RequestTimeoutException", "ServiceUnavailableException"),
        "TooManyUpdates",  # of one parameter at the same time
    }
)

_DENIED: Final = (
    "AWS does not allow {action}: add {service}:{action} to the policy of the access key"
)
_UNKNOWN: Final = "AWS does not know the access key: replace the target's credentials"
_EXPIRED: Final = "the target's session token has expired: replace the target's credentials"
_SIGNATURE: Final = (
    "AWS does not accept the signature: the secret access key does not belong to the access key, "
    "or this host's clock is wrong by more than five minutes"
)
_CLOCK: Final = "this host's clock is wrong by more than five minutes: AWS takes no request of it"
_REGION: Final = "the AWS account may not use this service in the region: enable the region"
_KMS: Final = (
    "AWS cannot encrypt with the KMS key: enable the key, and add kms:GenerateDataKey and "
    "kms:Decrypt for it to the policy of the access key"
)
_SHAPE: Final = "AWS refuses the name or the value of {name}: store it under another name"
_STATE: Final = (
    "{name} is in a state at AWS that does not allow {action}: it is scheduled for deletion, has "
    "replicas, or another service manages it"
)
_LIMIT: Final = "the AWS account has reached its limit: delete what is not needed, or raise it"
_HIERARCHY: Final = "the path of {name} has too many levels for AWS: choose another prefix"

REFUSALS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("AccessDeniedException", "AccessDenied", "NotAuthorized"), _DENIED),
    **dict.fromkeys(
        ("UnrecognizedClientException", "InvalidClientTokenId", "MissingAuthenticationToken"),
        _UNKNOWN,
    ),
    **dict.fromkeys(("ExpiredTokenException", "ExpiredToken"), _EXPIRED),
    **dict.fromkeys(
        (
            *("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"),
            "IncompleteSignatureException",
        ),
        _SIGNATURE,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), _CLOCK),
    **dict.fromkeys(("OptInRequired", "SubscriptionRequiredException"), _REGION),
    **dict.fromkeys(("EncryptionFailure", "DecryptionFailure", "InvalidKeyId"), _KMS),
    **dict.fromkeys(
        (
            *("ValidationException", "ValidationError", "InvalidParameterException"),
            *("ParameterPatternMismatchException", "UnsupportedParameterType"),
        ),
        _SHAPE,
    ),
    **dict.fromkeys(("InvalidRequestException", "PreconditionNotMetException"), _STATE),
    **dict.fromkeys(("LimitExceededException", "ParameterLimitExceeded"), _LIMIT),
    "ParameterMaxVersionLimitExceeded": (
        "the oldest version of {name} at AWS has a label, so AWS takes no further one: "
        "remove the label"
    ),
    **dict.fromkeys(
        ("HierarchyLevelLimitExceededException", "HierarchyTypeMismatchException"), _HIERARCHY
    ),
}
