// `wrangler dev` without a debugger, which its command line can move but not turn off.
// Arguments: wrangler's cli.js, and this Worker as JSON.
import { createRequire } from "node:module";

const [, , wrangler, worker] = process.argv;
const { config, flags, host, port, persist, origin } = JSON.parse(worker);
const { unstable_DevEnv: DevEnv } = createRequire(import.meta.url)(wrangler);

function fail({ cause, message }) {
  console.error(`[ERROR] ${message ?? cause?.message ?? cause}`);
  process.exit(1);
}

const dev = new DevEnv();
dev.on("error", fail);
dev
  .startWorker({
    config,
    compatibilityFlags: flags,
    bindings: { LOCAL_ORIGIN: { type: "plain_text", value: origin } }, // see positronic/proof.py
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
