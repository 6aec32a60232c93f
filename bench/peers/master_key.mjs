// The first key of MASTER_KEYS, imported once an isolate.

import { fields } from "./bytes.mjs";

let imported;

/** Its id, the key to derive from, and the key that signs audit events. */
export async function masterKey(env) {
  imported ??= await importKey(env.MASTER_KEYS);
  return imported;
}

/** HKDF-SHA256. */
export function derive(key, salt, info, target, uses) {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return crypto.subtle.deriveKey(algorithm, key, target, false, uses);
}

async function importKey(text) {
  const [id, encoded] = text.split(/[:, ]/);
  const bytes = Uint8Array.fromBase64(encoded);
  const key = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const info = fields("positronic audit mac");
  const target = { name: "HMAC", hash: "SHA-256", length: 256 };
  const signing = await derive(key, new Uint8Array(32), info, target, ["sign", "verify"]);
  return { id, key, signing };
}
