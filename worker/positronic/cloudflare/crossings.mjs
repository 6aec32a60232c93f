// What Python would call in several steps is one call here: each step from Python costs as much as
// the step itself, and more.

const LONG = 1000; // letters
const encoder = new TextEncoder();

/** A text for `crossings.text_of`: Python takes a string letter by letter, and so a long one as bytes. */
function textFor(text) {
  return text.length > LONG ? encoder.encode(text) : text;
}

/**
 * Reads these of a Worker's variables: those that are set, as a JSON object; and, where it has
 * targets, their table and what opens them, each as JSON in a text.
 */
export function reader(...names) {
  const texts = new WeakMap(); // an env stays as it is
  return (env) => {
    if (!texts.has(env)) {
      const found = Object.fromEntries(names.map((name) => [name, env[name]]));
      texts.set(env, JSON.stringify(env.TARGETS ? { ...found, ...targetsOf(env) } : found));
    }
    return texts.get(env);
  };
}

function targetsOf(env) {
  const table = env.TARGETS;
  const isCredential = ([name, text]) => name.startsWith("TARGET_") && typeof text === "string";
  return {
    TARGETS: typeof table === "string" ? table : JSON.stringify(table),
    TARGET_CREDENTIALS: JSON.stringify(Object.fromEntries(Object.entries(env).filter(isCredential))),
  };
}

/**
 * Reads a request without its body, and what `read` makes of the Worker's variables:
 * [method, URL, these headers, whether a body follows, variables].
 */
export function receiver(read, ...names) {
  return ({ method, url, headers, body }, env) => {
    const sent = names.filter((name) => headers.has(name)).map((name) => [name, headers.get(name)]);
    const follows = body !== null && headers.get("content-length") !== "0";
    return JSON.stringify([method, url, Object.fromEntries(sent), follows, read(env)]);
  };
}

/**
 * Reads a request's body until its end, or until it has more than `limit` bytes: what was read, or with `skips`
 * nothing of it. Nothing too if the body is being read already; undefined if it is not read in time, and then
 * nobody reads the rest.
 */
export async function readBody(request, limit, skips, seconds) {
  if (request.body.locked) return new Uint8Array();
  const reader = request.body.getReader();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, 1000 * seconds);
  const parts = [];
  try {
    for (let size = 0; size <= limit; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (!skips) parts.push(value);
    }
  } catch (error) {
    if (!isLate) throw error;
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
  return isLate ? undefined : joined(parts);
}

function joined(parts) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** What the ledger of this name answers; `jurisdiction` and `hint` may be empty. */
export async function carryOut(env, name, jurisdiction, hint, message) {
  const all = env.PROJECT_LEDGER;
  const there = jurisdiction ? all.jurisdiction(jurisdiction) : all;
  const object = hint ? there.getByName(name, { locationHint: hint }) : there.getByName(name);
  return textFor(await object.carry_out(message));
}

/** A Response; `headers` is a JSON object. */
export function response(status, body, headers) {
  return new Response(body, { status, headers: JSON.parse(headers) });
}

/**
 * Sends a request, and does not follow redirects: [status, headers as a JSON object, body]. An answer of more
 * than `longest` bytes is an error; with 0 it is not read. `deadline` in milliseconds, for all of it.
 */
export async function send(method, url, headers, body, longest, deadline) {
  const answer = await fetch(url, {
    method,
    headers: JSON.parse(headers),
    body: body.byteLength ? body : undefined,
    redirect: "manual",
    signal: AbortSignal.timeout(deadline),
  });
  const read = await firstBytes(answer.body, longest);
  return [answer.status, JSON.stringify(Object.fromEntries(answer.headers)), read];
}

async function firstBytes(stream, longest) {
  const parts = [];
  let size = 0;
  if (stream && longest === 0) await stream.cancel();
  else if (stream) {
    for await (const part of stream) {
      size += part.byteLength;
      if (size > longest) throw new Error("the answer is too long");
      parts.push(part);
    }
  }
  return joined(parts);
}

/** What this SQL storage answers a query with: rows of values. */
function rowsOf(sql, query, values) {
  return sql.exec(query, ...values).raw().toArray();
}

/** Runs statements of this SQL storage: the rows that one answers with, as a JSON array. */
export function runner(sql) {
  return (query, ...values) => textFor(JSON.stringify(rowsOf(sql, query, values)));
}

/** The database's state: a text that is another one after anybody has written, here or in another process. */
export function state({ sql }) {
  return sql.exec("SELECT total_changes(), data_version FROM pragma_data_version").raw().next().value.join("/");
}

/**
 * Runs all statements of a JSON array [looks, statements], or none: the states before and after. Empty if a look
 * [query, values, row] is answered otherwise.
 */
export function commit(storage, asked) {
  const [looks, statements] = JSON.parse(asked);
  const isSo = ([query, values, row]) =>
    JSON.stringify(rowsOf(storage.sql, query, values)) === JSON.stringify([row]);
  return storage.transactionSync(() => {
    if (!looks.every(isSo)) return "";
    const before = state(storage);
    for (const [query, values] of statements) storage.sql.exec(query, ...values);
    return `${before} ${state(storage)}`;
  });
}

/** Sets an object's alarm; its promise is for nobody. It is a row too: the states before and after. */
export function wake({ storage }, at) {
  const before = state(storage);
  storage.setAlarm(at);
  return `${before} ${state(storage)}`;
}

/** What the configuration of the calling Worker says of it, as JSON. */
export function propsOf(ctx) {
  return JSON.stringify(ctx.props ?? {});
}

/** An answer over RPC: a plain object, from its JSON. */
export const parsed = JSON.parse;
