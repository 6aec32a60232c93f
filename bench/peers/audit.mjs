// An audit event: who changed what, signed. The ascending order of ids is newest first.

import { fields, hex, random } from "./bytes.mjs";

/** The event of a change of these names, not stored yet; `previous`: the digest of the last one. */
export async function eventOf(master, caller, action, names, previous = "") {
  const time = Date.now();
  const id = (2 ** 48 - 1 - time).toString(16).padStart(12, "0") + hex(random(10));
  const event = { id, time, actor: caller.id, action, names, requestId: caller.requestId, previous };
  const mac = hex(await crypto.subtle.sign("HMAC", master.signing, signed(event)));
  return { ...event, mac };
}

/** The event, and whether it is as it was written. */
export async function verified(master, event) {
  const mac = Uint8Array.fromHex(event.mac);
  const isIntact = await crypto.subtle.verify("HMAC", master.signing, mac, signed(event));
  return { ...event, integrity: isIntact ? "intact" : "changed" };
}

function signed({ id, time, actor, action, names, requestId, previous }) {
  return fields(id, `${time}`, actor, action, `${names.length}`, ...names, requestId, previous);
}
