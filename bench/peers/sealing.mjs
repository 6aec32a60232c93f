// px1, as FORMAT.md says: a key of its own for each write by HKDF-SHA256, then AES-256-GCM.

import { fields, random, utf8 } from "./bytes.mjs";
import { derive } from "./master_key.mjs";

const PROJECT = "default";
const BASE64URL = { alphabet: "base64url", omitPadding: true };
const AES = { name: "AES-GCM", length: 256 };
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A row: the sealed text, and what is in clear beside it. `before`: the row that it replaces. */
export async function seal(master, { name, value }, before) {
  const now = Date.now();
  const row = {
    name,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: Math.max(now, before?.updatedAt ?? 0),
    keyId: master.id,
  };
  const [salt, iv] = [random(16), random(12)];
  const key = await derive(master.key, salt, purpose(name), AES, ["encrypt"]);
  const algorithm = { name: "AES-GCM", iv, additionalData: associatedData(row) };
  const sealed = await crypto.subtle.encrypt(algorithm, key, utf8(value));
  const parts = [salt, iv, new Uint8Array(sealed)].map((part) => part.toBase64(BASE64URL));
  return { ...row, sealed: ["px1", master.id, ...parts].join(".") };
}

/** The value of a row; throws when anything in it is not as it was sealed. */
export async function open(master, row) {
  const [, keyId, ...parts] = row.sealed.split(".");
  if (keyId !== master.id || keyId !== row.keyId) throw new Error("unknown_key");
  const [salt, iv, sealed] = parts.map((part) => Uint8Array.fromBase64(part, BASE64URL));
  const key = await derive(master.key, salt, purpose(row.name), AES, ["decrypt"]);
  const algorithm = { name: "AES-GCM", iv, additionalData: associatedData(row) };
  return decoder.decode(await crypto.subtle.decrypt(algorithm, key, sealed));
}

function purpose(name) {
  return fields("positronic px1 value key", PROJECT, name);
}

function associatedData({ keyId, name, version, createdAt, updatedAt }) {
  return fields("px1", keyId, PROJECT, name, `${version}`, `${createdAt}`, `${updatedAt}`);
}
