// What is sent, checked: names, values and how many.

import { utf8 } from "./bytes.mjs";
import { Refusal } from "./refusal.mjs";

const NAME = /^(?!POSITRONIC_)[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const MAX_VALUE = 65_536; // bytes
const MAX_BULK = 500;

/** One name and value. */
export function oneSecret({ name, value, ...others }) {
  if (typeof name !== "string" || !NAME.test(name)) throw new Refusal(400, "invalid_name");
  const size = typeof value === "string" ? utf8(value).length : 0;
  if (size < 1 || size > MAX_VALUE || value.includes("\0")) throw new Refusal(400, "invalid_value");
  if (Object.keys(others).length) throw new Refusal(400, "invalid_request");
  return { name, value };
}

/** Several, each name once. */
export function manySecrets({ secrets }) {
  const entries = secrets.map(oneSecret);
  const names = new Set(entries.map(({ name }) => name));
  if (names.size !== entries.length || names.size < 1 || names.size > MAX_BULK) {
    throw new Refusal(400, "invalid_request");
  }
  return entries;
}
