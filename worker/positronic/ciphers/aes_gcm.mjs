// AES-256-GCM of many texts in one call, and at once: from Python, each step of each text would be a
// call, and with SubtleCrypto a promise, which takes longer to wait for than the rest.

import { createCipheriv, createDecipheriv } from "node:crypto";

const PARTS = 4; // of a text: key, nonce, associated data, and what is sealed or opened
const [KEY, NONCE, TAG] = [32, 12, 16]; // bytes
const OPTIONS = { authTagLength: TAG };

/**
 * The ciphertext and its tag of each text, one after the other; `lengths` is the sizes of the parts that follow
 * one another in `joined`, as a JSON array.
 */
export function seal(joined, lengths) {
  let end = 0;
  const parts = JSON.parse(lengths).map((length) => joined.subarray(end, (end += length)));
  const made = [];
  for (let at = 0; at < parts.length; at += PARTS) {
    const [key, nonce, associated, text] = parts.slice(at, at + PARTS);
    const cipher = createCipheriv("aes-256-gcm", key, nonce, OPTIONS);
    cipher.setAAD(associated);
    made.push(cipher.update(text), cipher.final(), cipher.getAuthTag());
  }
  return new Uint8Array(Buffer.concat(made)); // Pyodide knows no Buffer
}

/**
 * Opens what follows a key, a nonce and associated data of this size in `joined`; undefined if it is not
 * authentic, of which nothing is given.
 */
export function open(joined, size) {
  let end = 0;
  const next = (length) => joined.subarray(end, (end += length));
  const [key, nonce, associated] = [next(KEY), next(NONCE), next(size)];
  const length = joined.length - end - TAG;
  if (length < 0) return undefined;
  const [sealed, tag] = [next(length), next(TAG)];
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, OPTIONS);
  decipher.setAAD(associated);
  decipher.setAuthTag(tag);
  const text = decipher.update(sealed);
  try {
    decipher.final(); // of a text that is not authentic, it throws; it adds nothing to one that is
  } catch {
    return undefined;
  }
  return new Uint8Array(text); // Pyodide knows no Buffer
}
