// The same job on Workers KV, in the keys and texts that FORMAT.md describes. Nothing puts the
// changes of two callers in order: one may be lost.

import { answer } from "./api.mjs";
import { eventOf } from "./audit.mjs";
import { admits, newToken } from "./caller.mjs";
import { masterKey } from "./master_key.mjs";
import { open, seal } from "./sealing.mjs";

const RETENTION = 400 * 24 * 3600; // seconds
const READ_AT_ONCE = 100; // keys

export default {
  fetch: (request, env) => answer(request, env, new KvStore(env)),
};

class KvStore {
  constructor(env) {
    this.env = env;
    this.kv = env.SECRETS_KV;
  }

  async issue(caller) {
    const { text, stored } = await newToken();
    await this.#note(caller, "token.create", []);
    await this.kv.put(`default/token/${stored.id}`, JSON.stringify(stored));
    return text;
  }

  async list(caller) {
    if (!(await this.#admits(caller))) return undefined;
    const prefix = "default/secret/";
    const { keys } = await this.kv.list({ prefix });
    return keys.map(({ name, metadata }) => ({ name: name.slice(prefix.length), ...metadata }));
  }

  async exists(caller, name) {
    if (!(await this.#admits(caller))) return undefined;
    const row = await this.read(name);
    if (row) await open(await masterKey(this.env), row);
    return row !== undefined;
  }

  async read(name) {
    return (await this.#rows([name])).get(name);
  }

  async write(caller, action, entries) {
    if (!(await this.#admits(caller))) return undefined;
    const names = entries.map(({ name }) => name);
    const before = await this.#rows(names);
    await this.#note(caller, action, names);
    const master = await masterKey(this.env);
    return Promise.all(
      entries.map(async (entry) => {
        const row = await seal(master, entry, before.get(entry.name));
        const { name, sealed, ...metadata } = row;
        await this.kv.put(`default/secret/${name}`, sealed, { metadata });
        return row;
      }),
    );
  }

  async remove(caller, name) {
    if (!(await this.#admits(caller))) return undefined;
    if (!(await this.read(name))) return false;
    await this.#note(caller, "secret.delete", [name]);
    await this.kv.delete(`default/secret/${name}`);
    return true;
  }

  async events(caller, limit) {
    if (!(await this.#admits(caller))) return undefined;
    const { keys } = await this.kv.list({ prefix: "default/audit/", limit });
    if (!keys.length) return [];
    const found = await this.kv.get(keys.map(({ name }) => name));
    return [...found.values()].map((text) => JSON.parse(text));
  }

  async #admits(caller) {
    if (caller.isRoot) return true;
    return admits(caller, await this.kv.get(`default/token/${caller.id}`, "json"));
  }

  /** The rows that there are, by name. */
  async #rows(names) {
    const rows = new Map();
    for (let start = 0; start < names.length; start += READ_AT_ONCE) {
      const some = names.slice(start, start + READ_AT_ONCE);
      const found = await this.kv.getWithMetadata(some.map((name) => `default/secret/${name}`));
      for (const name of some) {
        const entry = found.get(`default/secret/${name}`);
        if (entry?.value) rows.set(name, { name, ...entry.metadata, sealed: entry.value });
      }
    }
    return rows;
  }

  async #note(caller, action, names) {
    const event = await eventOf(await masterKey(this.env), caller, action, names);
    const options = { expirationTtl: RETENTION };
    await this.kv.put(`default/audit/${event.id}`, JSON.stringify(event), options);
  }
}
