// `wrangler dev` for an app, a Worker of another project, without a debugger and without a registry.
// Arguments: wrangler's cli.js, and the app as JSON.
import { createRequire } from "node:module";

const [, , wrangler, app] = process.argv;
const { config: path, env, nothing, kept, absent, doors, flags, host, port } = JSON.parse(app);
const { unstable_DevEnv: DevEnv, unstable_readConfig: readConfig } = createRequire(import.meta.url)(wrangler);

function fail({ cause, message }) {
  console.error(`[ERROR] ${cause?.message ?? message ?? cause}`);
  process.exit(1);
}

// Of the config only what px keeps; everything else is as in a config that does not name it.
function trusted() {
  const quiet = { hideWarnings: true };
  const own = readConfig({ config: path, env }, quiet);
  const config = { ...readConfig({ config: nothing, env: "" }, quiet) };
  for (const name of [...kept, "configPath", "userConfigPath"]) config[name] = own[name];
  const here = (one) => !absent.includes(one.binding ?? one.name);
  config.services = config.services?.filter((one) => here(one) && !(one.binding in doors));
  config.durable_objects = { bindings: config.durable_objects.bindings.filter(here) };
  config.workflows = config.workflows?.filter(here);
  return config;
}

function bound([name, address]) {
  return [name, { type: "fetcher", fetcher: { external: { address: `unix:${address}`, http: {} } } }];
}

const dev = new DevEnv();
let isReady = false;
dev.on("error", fail);
dev.on("buildFailed", () => isReady || process.exit(1)); // wrangler has printed why
dev.once("reloadComplete", () => {
  isReady = true;
  console.log("Ready on http");
});
try {
  await dev.startWorker({
    config: trusted(),
    env,
    ...(flags.length && { compatibilityFlags: flags }),
    bindings: Object.fromEntries(Object.entries(doors).map(bound)),
    sendMetrics: false,
    dev: {
      remote: false,
      server: { hostname: host, port, secure: false },
      inspector: false, // it would let every user of this machine read the app's memory
      registry: undefined, // other Workers on this machine must not find this one
      logLevel: "error",
      structuredLogsHandler: ({ message }) => console.log(message),
    },
  });
} catch (problem) {
  fail(problem);
}
