// Who asks: the root token, whose hash is a setting, or one that was issued, whose hash is stored.

import { hex, random, same, sha256 } from "./bytes.mjs";

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/;
const ISSUED = /^px_default-([0-9a-f]{16})_([0-9a-f]{64})$/;

/** Undefined if the text is not a token. The store admits tokens that were issued. */
export async function callerOf(request, env) {
  const text = BEARER.exec(request.headers.get("Authorization"))?.[1];
  if (!text) return undefined;
  const requestId = hex(random(8));
  if (same(await sha256(text), env.ROOT_TOKEN_SHA256)) return { id: "root", isRoot: true, requestId };
  const [, id, secret] = ISSUED.exec(text) ?? [];
  return id && { id, isRoot: false, hash: await sha256(secret), requestId };
}

/** Whether the caller is root, or `stored` is its token. */
export function admits(caller, stored) {
  return caller.isRoot || (!!stored && same(caller.hash, stored.hash));
}

/** A new token's text, and what is stored of it. */
export async function newToken() {
  const [id, secret] = [hex(random(8)), hex(random(32))];
  const stored = { id, hash: await sha256(secret), createdAt: Date.now() };
  return { text: `px_default-${id}_${secret}`, stored };
}
