// Texts as bytes, random bytes and hashes.

const encoder = new TextEncoder();

export const utf8 = (text) => encoder.encode(text);

export const random = (size) => crypto.getRandomValues(new Uint8Array(size));

export const hex = (bytes) => new Uint8Array(bytes).toHex();

export const sha256 = async (text) => hex(await crypto.subtle.digest("SHA-256", utf8(text)));

/** Whether two texts are the same, in constant time for those of one length. */
export function same(one, other) {
  return one.length === other.length && crypto.subtle.timingSafeEqual(utf8(one), utf8(other));
}

/** Each part after its length in two bytes, as FORMAT.md says in section 2. */
export function fields(...parts) {
  const encoded = parts.map(utf8);
  const joined = new Uint8Array(encoded.reduce((size, part) => size + 2 + part.length, 0));
  let end = 0;
  for (const part of encoded) {
    joined.set([part.length >> 8, part.length & 255], end);
    joined.set(part, end + 2);
    end += 2 + part.length;
  }
  return joined;
}
