// An app's own Worker: milliseconds that each of the names takes over its binding, and from KV.
import { Secrets } from "./secrets.mjs";

const BLOCK = 25; // workerd's clock moves by whole milliseconds

export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("ready");
    const { names } = await request.json();
    const secrets = new Secrets(env.SECRETS);
    const half = names.length / 2;
    const [some, together] = [names.slice(0, half), names.slice(half)];
    const ways = {
      kv: (name) => env.KV.get(`default/secret/${name}`),
      one: (name) => secrets.get(name),
    };
    const took = { kv: 0, one: 0 };
    for (const way in ways) for (const name of some) await ways[way](name);
    for (let start = 0; start < half; start += BLOCK) {
      const order = Object.keys(ways); // the ways take turns in being first
      if (start % (2 * BLOCK)) order.reverse();
      for (const way of order) {
        const began = performance.now();
        for (const name of some.slice(start, start + BLOCK)) await ways[way](name);
        took[way] += performance.now() - began;
      }
    }
    const began = performance.now();
    await secrets.getMany(together);
    const many = (performance.now() - began) / together.length;
    return Response.json({ kv: took.kv / half, one: took.one / half, many });
  },
};
