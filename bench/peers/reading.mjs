// Code of the Worker that reads secrets, as a brain of ours does.

import { masterKey } from "./master_key.mjs";
import { open } from "./sealing.mjs";

/** Milliseconds that each of the names takes to read and open; all are read once before. */
export async function readEach(store, env, { names }) {
  const master = await masterKey(env);
  const readAll = async () => {
    for (const name of names) await open(master, await store.read(name));
  };
  await readAll();
  const began = performance.now();
  await readAll();
  return { each: (performance.now() - began) / names.length };
}
