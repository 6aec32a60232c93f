// `wrangler dev` without a debugger, which its command line can move but not turn off.
// Arguments: wrangler's cli.js, and this Worker as JSON.
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";

const [, , wrangler, worker] = process.argv;
const { config, env, devVars, flags, host, port, persist, origin, kept, keptBytes } =
  JSON.parse(worker);

function fail({ cause, message }) {
  console.error(`[ERROR] ${message ?? cause?.message ?? cause}`);
  process.exit(1);
}

// When workerd is killed, Miniflare starts another one, to which wrangler's proxy does not lead: each
// request would fail. What Miniflare itself ends, it has marked as killed.
const require = createRequire(import.meta.url);
const processes = require("node:child_process");
const { spawn } = processes;

function crashed({ killed }, signal) {
  const isAsked = killed || ["SIGTERM", "SIGINT", "SIGHUP"].includes(signal);
  if (signal && !isAsked) fail({ message: `workerd was ended by ${signal}` });
}

processes.spawn = (command, ...rest) => {
  const child = spawn(command, ...rest);
  if (command === process.env.MINIFLARE_WORKERD_PATH) child.once("exit", (_, signal) => crashed(child, signal));
  return child;
};

// A local Worker sends reminders only where .dev.vars says, never to the address in wrangler.toml.
// wrangler itself takes from .dev.vars only what wrangler.toml names, and the secret is not named
// there, because a deploy would then insist on it. So it is with what opens a target's provider.
function sent() {
  const file = join(dirname(config), devVars);
  const found = fs.existsSync(file) ? parseEnv(fs.readFileSync(file, "utf8")) : {};
  const targets = Object.keys(found).filter((name) => name.startsWith("TARGET"));
  const names = ["REMINDER_URL", "REMINDER_SECRET", ...targets];
  const bound = names.map((name) => [name, { type: "secret_text", value: found[name] ?? "" }]);
  return Object.fromEntries(bound);
}

// What `px logs` shows: a file and an older one. It has what code printed, and no request.
const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = fs.constants;
const LONGEST = 16_384; // characters of one message

function keep({ timestamp, level, message }) {
  const entry = JSON.stringify({ time: timestamp, level, message: message.slice(0, LONGEST) });
  try {
    const flag = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
    fs.appendFileSync(kept, `${entry}\n`, { mode: 0o600, flag });
    if (fs.statSync(kept).size > keptBytes) fs.renameSync(kept, `${kept}.old`);
  } catch {
    return; // a full disk must not stop the Worker
  }
}

const MARKS = { error: "✘ [ERROR] ", warn: "▲ [WARNING] " };

function printed(entry) {
  keep(entry);
  console.log((MARKS[entry.level] ?? "") + entry.message);
}

const { unstable_DevEnv: DevEnv } = require(wrangler);
const dev = new DevEnv();
dev.on("error", fail);
dev
  .startWorker({
    config,
    env, // also where it is empty: nothing else selects an environment
    compatibilityFlags: flags,
    bindings: {
      LOCAL_ORIGIN: { type: "plain_text", value: origin }, // see positronic/proof.py
      ...sent(),
    },
    sendMetrics: false,
    dev: {
      remote: false,
      server: { hostname: host, port },
      persist,
      inspector: false, // it would let every user of this machine read the Worker's memory
      registry: undefined, // other Workers on this machine must not find this one
      structuredLogsHandler: printed,
    },
  })
  .catch(fail);
