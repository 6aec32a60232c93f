// The same job on one Durable Object with SQLite: a change and its event are one transaction.

import { DurableObject } from "cloudflare:workers";

import { answer } from "./api.mjs";
import { eventOf } from "./audit.mjs";
import { admits, newToken } from "./caller.mjs";
import { masterKey } from "./master_key.mjs";
import { open, seal } from "./sealing.mjs";

const TABLES = `
  CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, version INTEGER NOT NULL,
    createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL, keyId TEXT NOT NULL,
    sealed TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, event TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, hash TEXT NOT NULL,
    createdAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS uses (name TEXT, version INTEGER, day INTEGER, count INTEGER NOT NULL,
    PRIMARY KEY (name, version, day));
`;
const TRIES = 5;
const DAY = 24 * 3600 * 1000;

export default {
  fetch: (request, env) => answer(request, env, env.PROJECT_STORE.getByName("default")),
};

export class ProjectStore extends DurableObject {
  #sql = this.ctx.storage.sql;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql.exec(TABLES);
  }

  async issue(caller) {
    const { text, stored } = await newToken();
    const event = await this.#event(caller, "token.create", []);
    this.ctx.storage.transactionSync(() => {
      this.#note(event);
      this.#sql.exec("INSERT INTO tokens VALUES (?, ?, ?)", stored.id, stored.hash, stored.createdAt);
    });
    return text;
  }

  list(caller) {
    if (!this.#admits(caller)) return undefined;
    const query = "SELECT name, createdAt, updatedAt FROM secrets ORDER BY name LIMIT 1000";
    return this.#sql.exec(query).toArray();
  }

  async exists(caller, name) {
    if (!this.#admits(caller)) return undefined;
    const row = this.#row(name);
    if (row) await open(await masterKey(this.env), row);
    return row !== undefined;
  }

  /** One call, which records the read and answers with the row. */
  read(name) {
    const row = this.#row(name);
    const counted =
      "INSERT INTO uses VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1";
    if (row) this.#sql.exec(counted, name, row.version, Math.floor(Date.now() / DAY));
    return row;
  }

  /** Seals, then commits if nothing changed meanwhile; else again. */
  async write(caller, action, entries) {
    const master = await masterKey(this.env);
    const names = entries.map(({ name }) => name);
    const event = await this.#event(caller, action, names);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (!this.#admits(caller)) return undefined;
      const before = names.map((name) => this.#row(name));
      const rows = await Promise.all(entries.map((one, at) => seal(master, one, before[at])));
      if (this.#admits(caller) && this.#commit(event, rows)) {
        return rows.map(({ sealed, ...shown }) => shown);
      }
    }
    throw new Error("busy");
  }

  async remove(caller, name) {
    const event = await this.#event(caller, "secret.delete", [name]);
    if (!this.#admits(caller)) return undefined;
    return this.ctx.storage.transactionSync(() => {
      if (!this.#row(name)) return false;
      this.#note(event);
      this.#sql.exec("DELETE FROM secrets WHERE name = ?", name);
      return true;
    });
  }

  events(caller, limit) {
    if (!this.#admits(caller)) return undefined;
    const rows = this.#sql.exec("SELECT event FROM events ORDER BY id LIMIT ?", limit).toArray();
    return rows.map(({ event }) => JSON.parse(event));
  }

  #admits(caller) {
    if (caller.isRoot) return true;
    const query = "SELECT hash FROM tokens WHERE id = ?";
    return admits(caller, this.#sql.exec(query, caller.id).toArray()[0]);
  }

  #row(name) {
    return this.#sql.exec("SELECT * FROM secrets WHERE name = ?", name).toArray()[0];
  }

  async #event(caller, action, names) {
    return eventOf(await masterKey(this.env), caller, action, names);
  }

  #note(event) {
    this.#sql.exec("INSERT INTO events VALUES (?, ?)", event.id, JSON.stringify(event));
  }

  /** False, and nothing is written, when a row is no longer the one that a new one replaces. */
  #commit(event, rows) {
    return this.ctx.storage.transactionSync(() => {
      if (rows.some(({ name, version }) => (this.#row(name)?.version ?? 0) !== version - 1)) {
        return false;
      }
      this.#note(event);
      for (const { name, version, createdAt, updatedAt, keyId, sealed } of rows) {
        const statement = "INSERT OR REPLACE INTO secrets VALUES (?, ?, ?, ?, ?, ?)";
        this.#sql.exec(statement, name, version, createdAt, updatedAt, keyId, sealed);
      }
      return true;
    });
  }
}
