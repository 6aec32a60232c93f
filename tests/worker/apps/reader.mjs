// A JavaScript Worker of somebody else: reads what each request asks for, by the client.
import { Secrets } from "./secrets.mjs";

export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("ready");
    const { binding, method, sent } = await request.json();
    try {
      return Response.json({ value: await new Secrets(env[binding])[method](...sent) });
    } catch (error) {
      const { name, code, message } = error;
      return Response.json({ name, code, message });
    }
  },
};
