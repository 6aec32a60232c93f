// AES-256-GCM of many texts in one call, and at once: from Python, each step of each text would be a
// call, and with SubtleCrypto a promise, which takes longer to wait for than the rest.

import { createCipheriv, createDecipheriv } from "node:crypto";

const PARTS = 4; // of a text: key, nonce, associated data, and what is sealed or opened
const TAG = 16; // bytes
const OPTIONS = { authTagLength: TAG };

/** The parts that follow one another in `joined`; `lengths` is their sizes as a JSON array. */
function partsOf(joined, lengths) {
  let end = 0;
  return JSON.parse(lengths).map((length) => joined.subarray(end, (end += length)));
}

/** The ciphertext and its tag of each text, one after the other. */
export function seal(joined, lengths) {
  const parts = partsOf(joined, lengths);
  const made = [];
  for (let at = 0; at < parts.length; at += PARTS) {
    const [key, nonce, associated, text] = parts.slice(at, at + PARTS);
    const cipher = createCipheriv("aes-256-gcm", key, nonce, OPTIONS);
    cipher.setAAD(associated);
    made.push(cipher.update(text), cipher.final(), cipher.getAuthTag());
  }
  return together(made);
}

/** One text; undefined if it is not authentic, of which nothing is given. */
export function open(joined, lengths) {
  const [key, nonce, associated, sealed] = partsOf(joined, lengths);
  const tag = sealed.length - TAG;
  if (tag < 0) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, OPTIONS);
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(tag));
  const text = decipher.update(sealed.subarray(0, tag));
  try {
    return together([text, decipher.final()]);
  } catch {
    return undefined;
  }
}

function together(some) {
  return new Uint8Array(Buffer.concat(some));
}
