// Signs a text with a key that it reads for each request.
import { Secrets, SecretsError } from "./secrets.mjs";

interface Env {
  SECRETS: object;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const text: string = new URL(request.url).searchParams.get("text") ?? "";
    try {
      const key: string = await new Secrets(env.SECRETS).get("SIGNING_KEY");
      return Response.json({ text, signature: await sign(key, text) });
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error;
      console.error(`SIGNING_KEY: ${error.code}: ${error.message}`);
      return Response.json({ error: error.code }, { status: 503 });
    }
  },
};

async function sign(key: string, text: string): Promise<string> {
  const utf8 = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", utf8.encode(key), algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", imported, utf8.encode(text));
  return [...new Uint8Array(signature)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
