// `wrangler dev` without a debugger, which its command line can move but not turn off.
// Arguments: wrangler's cli.js, and this Worker as JSON.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";

const [, , wrangler, worker] = process.argv;
const { config, flags, host, port, persist, origin } = JSON.parse(worker);
const { unstable_DevEnv: DevEnv } = createRequire(import.meta.url)(wrangler);

function fail({ cause, message }) {
  console.error(`[ERROR] ${message ?? cause?.message ?? cause}`);
  process.exit(1);
}

// wrangler takes what wrangler.toml names from .dev.vars. This one is not named there, because a
// deploy would then ask for it.
function optionalSecrets() {
  const file = join(dirname(config), ".dev.vars");
  const value = existsSync(file) ? parseEnv(readFileSync(file, "utf8")).REMINDER_SECRET : undefined;
  return value === undefined ? {} : { REMINDER_SECRET: { type: "secret_text", value } };
}

const dev = new DevEnv();
dev.on("error", fail);
dev
  .startWorker({
    config,
    compatibilityFlags: flags,
    bindings: {
      LOCAL_ORIGIN: { type: "plain_text", value: origin }, // see positronic/proof.py
      ...optionalSecrets(),
    },
    sendMetrics: false,
    dev: {
      remote: false,
      server: { hostname: host, port },
      persist,
      inspector: false, // it would let every user of this machine read the Worker's memory
      registry: undefined, // other Workers on this machine must not find this one
    },
  })
  .catch(fail);
