// AES-256-GCM of many texts in one call, and at once: from Python, each step of each text would be a
// call, and with SubtleCrypto a promise, which takes longer to wait for than the rest.

import { createCipheriv, createDecipheriv } from "node:crypto";

const PARTS = 4; // of a text: key, nonce, associated data, and what is sealed or opened
const TAG = 16; // bytes
const OPTIONS = { authTagLength: TAG };

/** What `one` makes of each text; `parts` of texts, which follow one another. */
function each(one, parts) {
  const made = [];
  for (let at = 0; at < parts.length; at += PARTS) made.push(one(...parts.slice(at, at + PARTS)));
  return made;
}

/** A Uint8Array for each: the ciphertext and its tag. */
export function seal(parts) {
  return each((key, nonce, associated, text) => {
    const cipher = createCipheriv("aes-256-gcm", key, nonce, OPTIONS);
    cipher.setAAD(associated);
    return joined(cipher.update(text), cipher.final(), cipher.getAuthTag());
  }, parts);
}

/** A Uint8Array for each; undefined for one that is not authentic, of which nothing is given. */
export function open(parts) {
  return each((key, nonce, associated, sealed) => {
    const tag = sealed.length - TAG;
    if (tag < 0) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, OPTIONS);
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(tag));
    const text = decipher.update(sealed.subarray(0, tag));
    try {
      return joined(text, decipher.final());
    } catch {
      return undefined;
    }
  }, parts);
}

function joined(...some) {
  return new Uint8Array(Buffer.concat(some));
}
