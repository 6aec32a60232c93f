// AES-256-GCM of many texts in one call: from Python, each step of each text would be a promise.

const PARTS = 4; // of a text: key, nonce, associated data, and what is sealed or opened

/** Uint8Arrays, one for each text of `parts`, which follow one another. `use`: encrypt, decrypt. */
export function each(use, parts) {
  const texts = [];
  for (let at = 0; at < parts.length; at += PARTS) {
    texts.push(one(use, ...parts.slice(at, at + PARTS)));
  }
  return Promise.all(texts);
}

async function one(use, key, iv, additionalData, text) {
  const handle = await crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
  const algorithm = { name: "AES-GCM", iv, additionalData, tagLength: 128 };
  return new Uint8Array(await crypto.subtle[use](algorithm, handle, text));
}
