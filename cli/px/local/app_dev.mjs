// `wrangler dev` for an app, a Worker of another project, without a debugger and without a registry.
// Arguments: wrangler's cli.js, and the app as JSON.
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";

const [, , wrangler, app] = process.argv;
const { config: path, env, nothing, kept, absent, doors, flags, host, port, folder, project, tools } = JSON.parse(app);
const SETTLED = 200; // milliseconds
const require = createRequire(wrangler);
const esbuild = require("esbuild");
guardBundler();
const { unstable_DevEnv: DevEnv, unstable_readConfig: readConfig } = require(wrangler);

function fail({ cause, message }) {
  console.error(`[ERROR] ${cause?.message ?? message ?? cause}`);
  process.exit(1);
}

function isIn(path, folder) {
  return path === folder || path.startsWith(folder + sep);
}

// Ends the app when a file of it is one of the project, which has the master keys, or a folder around it.
function check(file) {
  if (!existsSync(file)) return; // wrangler says so itself, if it needs it
  const found = realpathSync(file);
  const isOurs = isIn(found, project) && !isIn(found, folder) && !isIn(found, tools);
  if (!isOurs && !isIn(project, found)) return;
  esbuild.stop(); // it would print where it was
  fail({ message: `${relative(folder, file)} leads to the project's own files` });
}

// What the code imports is checked before it is read: wrangler tells only the imports of its first bundle.
function guardBundler() {
  const guard = { name: "px", setup: (build) => build.onLoad({ filter: /./, namespace: "file" }, ({ path }) => check(path)) };
  const context = (options) => esbuild.context({ ...options, plugins: [guard, ...options.plugins] });
  require.cache[require.resolve("esbuild")].exports = { ...esbuild, context };
}

class Guarded extends DevEnv {
  #look; // the timer
  #found = ""; // what the last look found

  // Controllers tell each other by this; workerd starts with a bundle after it.
  dispatch(event) {
    if (event.type === "bundleComplete") {
      const { bundle, config } = event;
      for (const file of [bundle.path, ...bundle.modules.map((one) => one.filePath)]) if (file) check(file);
      if (config.assets) checkLinks(config.assets.directory);
      if (!config.build.bundle) this.#lookAgain(bundle);
    }
    super.dispatch(event);
  }

  // wrangler's own watch drops what happens to a file within 50 ms of a change to it, such as the second half of a save.
  #lookAgain(bundle) {
    clearTimeout(this.#look);
    this.#look = setTimeout(() => {
      const found = otherThanRead(bundle);
      if (found && found !== this.#found) this.config.patch({});
      this.#found = found; // never twice for the same
    }, SETTLED);
  }
}

// Which files have another content now, and since when. Code that is not bundled, as Python, comes from files as they are.
function otherThanRead({ path, entrypointSource, modules }) {
  const files = [[path, entrypointSource], ...modules.map((one) => [one.filePath, one.content])];
  return files.map(([file, content]) => (file ? otherSince(file, content) : "")).join("");
}

function otherSince(file, content) {
  try {
    return readFileSync(file).equals(Buffer.from(content)) ? "" : `${file} ${statSync(file).mtimeMs}\n`;
  } catch {
    return ""; // it is gone, or no file any more: wrangler says so when it needs it
  }
}

function checkLinks(folder) {
  for (const one of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (one.isSymbolicLink()) check(join(one.parentPath, one.name));
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

const dev = new Guarded();
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
