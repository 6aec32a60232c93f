// The HTTP face of both peers: the calls that the bench makes, answered as ours are.

import { verified } from "./audit.mjs";
import { callerOf } from "./caller.mjs";
import { masterKey } from "./master_key.mjs";
import { readEach } from "./reading.mjs";
import { admitted, Refusal } from "./refusal.mjs";
import { manySecrets, oneSecret } from "./sent.mjs";

const HEADERS = {
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
};

const ROUTES = {
  "POST /tokens": async ({ store, caller }) =>
    json(201, { token: admitted(caller.isRoot ? await store.issue(caller) : undefined) }),
  "GET /secrets": async ({ store, caller }) => {
    const secrets = admitted(await store.list(caller)).map(shown);
    return json(200, { secrets, count: secrets.length });
  },
  "POST /secrets": async ({ store, caller, request }) => {
    const entry = oneSecret(await request.json());
    const [row] = admitted(await store.write(caller, "secret.create", [entry]));
    return json(201, shown(row));
  },
  "POST /secrets/bulk": async ({ store, caller, request }) => {
    const rows = admitted(await store.write(caller, "secret.bulk", manySecrets(await request.json())));
    const created = rows.filter(({ version }) => version === 1).length;
    return json(201, { created, updated: rows.length - created });
  },
  "GET /secrets/*/exists": async ({ store, caller, name }) =>
    json(200, { exists: admitted(await store.exists(caller, name)) }),
  "DELETE /secrets/*": async ({ store, caller, name }) => {
    if (!admitted(await store.remove(caller, name))) throw new Refusal(404, "not_found");
    return new Response(null, { status: 204, headers: HEADERS });
  },
  "GET /audit": async ({ store, caller, url, env }) => {
    const limit = Number(url.searchParams.get("limit") ?? 100);
    const found = admitted(await store.events(caller, limit));
    const master = await masterKey(env);
    const events = await Promise.all(found.map((event) => verified(master, event)));
    return json(200, { events, count: events.length });
  },
  // What `secrets.get` is to ours: code of the Worker reads, nothing goes out but the time it took.
  "POST /reads": async ({ store, caller, request, env }) =>
    json(200, await readEach(store, env, admitted(caller.isRoot ? await request.json() : undefined))),
};

/** Answers one request with this store. */
export async function answer(request, env, store) {
  try {
    return await route(request, env, store);
  } catch (problem) {
    if (problem instanceof SyntaxError) return json(400, { code: "invalid_request" });
    if (!(problem instanceof Refusal)) return json(500, { code: "internal" });
    return json(problem.status, { code: problem.message });
  }
}

async function route(request, env, store) {
  const url = new URL(request.url);
  if (url.pathname === "/status") return json(200, { ready: true });
  const caller = admitted(await callerOf(request, env));
  const [, name] = /^\/secrets\/(?!bulk$)([^/]+)/.exec(url.pathname) ?? [];
  const path = name ? url.pathname.replace(name, "*") : url.pathname;
  const found = ROUTES[`${request.method} ${path}`];
  if (!found) throw new Refusal(404, "not_found");
  return found({ store, caller, request, env, name, url });
}

function shown({ name, createdAt, updatedAt }) {
  const iso = (time) => new Date(time).toISOString();
  return { name, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}

function json(status, body) {
  return new Response(JSON.stringify(body), { status, headers: HEADERS });
}
