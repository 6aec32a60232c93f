"""Signs a text with a key that it reads for each request."""

import hmac
from urllib.parse import parse_qs, urlsplit

from positronic_secrets import Secrets, SecretsError
from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        text = parse_qs(urlsplit(request.url).query).get("text", [""])[0]
        try:
            key = await Secrets(self.env.SECRETS).get("SIGNING_KEY")
        except SecretsError as error:
            print(f"SIGNING_KEY: {error.code}: {error}")
            return Response.json({"error": error.code}, status=503)
        signature = hmac.new(key.encode(), text.encode(), "sha256").hexdigest()
        return Response.json({"text": text, "signature": signature})
