// The same job on one Durable Object with SQLite: a change and its event are one transaction, and what
// changed is copied to KV in a moment, at the latest by an alarm. Each change writes the rows that ours does.

import { DurableObject } from "cloudflare:workers";

import { answer } from "./api.mjs";
import { eventOf } from "./audit.mjs";
import { sha256 } from "./bytes.mjs";
import { admits, newToken } from "./caller.mjs";
import { masterKey } from "./master_key.mjs";
import { open, seal } from "./sealing.mjs";
import { TABLES } from "./tables.mjs";

const TRIES = 5;
const AT_ONCE = 40; // copies in one step
const MOMENT = 20; // milliseconds from a change to its copy
const ALARM_AFTER = 5000; // milliseconds
const DAY = 24 * 3600 * 1000;

export default {
  fetch: (request, env) => answer(request, env, env.PROJECT_STORE.getByName("default")),
};

export class ProjectStore extends DurableObject {
  #sql = this.ctx.storage.sql;
  #alarmAt; // undefined: not known, or not set
  #isWaiting = false; // for the moment after which copies are made

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql.exec(TABLES);
  }

  async issue(caller) {
    const { text, stored } = await newToken();
    await this.#change(caller, "token.create", [], () =>
      this.#sql.exec("INSERT INTO tokens VALUES (?, ?, ?)", stored.id, stored.hash, stored.createdAt),
    );
    return text;
  }

  list(caller) {
    if (!this.#admits(caller)) return undefined;
    const query = "SELECT name, createdAt, updatedAt FROM states ORDER BY name LIMIT 1000";
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
    return this.#change(
      caller,
      action,
      names,
      (rows) => {
        for (const row of rows) this.#put(row);
        return rows.map(({ sealed, ...shown }) => shown);
      },
      (before) => Promise.all(entries.map((one, at) => seal(master, one, before[at]))),
    );
  }

  async remove(caller, name) {
    if (!this.#admits(caller)) return undefined;
    if (!this.#row(name)) return false;
    return this.#change(caller, "secret.delete", [name], () => {
      this.#sql.exec("DELETE FROM states WHERE name = ?", name);
      this.#sql.exec("DELETE FROM versions WHERE name = ?", name);
      this.#isDue(name);
      return true;
    });
  }

  events(caller, limit) {
    if (!this.#admits(caller)) return undefined;
    const query = "SELECT event FROM events ORDER BY number DESC LIMIT ?";
    return this.#sql.exec(query, limit).toArray().map(({ event }) => JSON.parse(event));
  }

  async alarm() {
    this.#alarmAt = undefined;
    await this.#drain();
  }

  /** Writes copies that are due: one goes from the outbox if it is still the newest. */
  async #drain() {
    const due = this.#sql.exec("SELECT name, due FROM outbox ORDER BY due LIMIT ?", AT_ONCE).toArray();
    const done = await Promise.all(due.map((one) => this.#copy(one)));
    this.ctx.storage.transactionSync(() => {
      for (const { name, due, version, digest } of done) {
        const statement = "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?)";
        this.#sql.exec(statement, name, Date.now(), version, digest);
        this.#sql.exec("DELETE FROM outbox WHERE name = ? AND due = ?", name, due);
      }
    });
    const [{ left }] = this.#sql.exec("SELECT COUNT(*) AS left FROM outbox").toArray();
    if (left) this.#setAlarm(Date.now());
  }

  #setAlarm(at) {
    if (this.#alarmAt <= at) return; // not while it is undefined
    this.#alarmAt = at;
    this.ctx.storage.setAlarm(at);
  }

  async #copy({ name, due }) {
    const [key, row] = [`default/secret/${name}`, this.#row(name)];
    if (!row) {
      await this.env.SECRETS_KV.delete(key);
      return { name, due, version: null, digest: null };
    }
    const { sealed, name: _, ...metadata } = row;
    await this.env.SECRETS_KV.put(key, sealed, { metadata });
    return { name, due, version: row.version, digest: await sha256(JSON.stringify(row)) };
  }

  #admits(caller) {
    if (caller.isRoot) return true;
    const query = "SELECT hash FROM tokens WHERE id = ?";
    return admits(caller, this.#sql.exec(query, caller.id).toArray()[0]);
  }

  #row(name) {
    const query =
      "SELECT s.*, v.sealed FROM states s JOIN versions v USING (name, version) WHERE name = ?";
    return this.#sql.exec(query, name).toArray()[0];
  }

  #last() {
    return this.#sql.exec("SELECT number, event FROM events ORDER BY number DESC LIMIT 1").toArray()[0];
  }

  /** One transaction of an event and what `commit` writes of `prepared`; undefined: not admitted. */
  async #change(caller, action, names, commit, prepare = async () => []) {
    const master = await masterKey(this.env);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (!this.#admits(caller)) return undefined;
      const [before, last] = [names.map((name) => this.#row(name)), this.#last()];
      const previous = last ? await sha256(last.event) : "";
      const event = await eventOf(master, caller, action, names, previous);
      const prepared = await prepare(before);
      const number = (last?.number ?? 0) + 1;
      if (!this.#admits(caller)) return undefined;
      // Any change since then has written an event.
      if ((this.#last()?.number ?? 0) !== number - 1) continue;
      return this.ctx.storage.transactionSync(() => {
        const statement = "INSERT INTO events VALUES (?, ?, ?, ?)";
        this.#sql.exec(statement, number, caller.requestId, event.time, JSON.stringify(event));
        return commit(prepared);
      });
    }
    throw new Error("busy");
  }

  #put({ name, version, createdAt, updatedAt, keyId, sealed }) {
    const state = "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?)";
    this.#sql.exec(state, name, version, createdAt, updatedAt, keyId);
    this.#sql.exec("DELETE FROM versions WHERE name = ?", name);
    this.#sql.exec("INSERT INTO versions VALUES (?, ?, ?, ?)", name, version, keyId, sealed);
    this.#isDue(name);
  }

  #isDue(name) {
    const now = Date.now();
    this.#sql.exec("INSERT OR REPLACE INTO outbox VALUES (?, ?)", name, now);
    this.#setAlarm(now + ALARM_AFTER);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      this.ctx.waitUntil(this.#drain());
    }, MOMENT);
  }
}
