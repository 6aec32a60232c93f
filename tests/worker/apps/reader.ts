// The same in TypeScript, with the types of the client.
import { Secrets, SecretsError, type SecretsErrorCode } from "./secrets.mjs";

type Asked = { binding: string; method: "get" | "getMany" | "exists" | "names"; sent: unknown[] };
type Told = { value: unknown } | { name: string; code: SecretsErrorCode; message: string };

async function told(asked: Asked, env: Record<string, object>): Promise<Told> {
  const secrets: Secrets = new Secrets(env[asked.binding]);
  try {
    switch (asked.method) {
      case "get": {
        const value: string = await secrets.get(asked.sent[0] as string);
        return { value };
      }
      case "getMany": {
        const values: Record<string, string> = await secrets.getMany(asked.sent[0] as string[]);
        return { value: values };
      }
      case "exists":
        return { value: await secrets.exists(asked.sent[0] as string) };
      case "names":
        return { value: await secrets.names() };
    }
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { name: error.name, code: error.code, message: error.message };
  }
}

export default {
  async fetch(request: Request, env: Record<string, object>): Promise<Response> {
    if (request.method === "GET") return new Response("ready");
    return Response.json(await told((await request.json()) as Asked, env));
  },
};
