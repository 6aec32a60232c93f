// Calls a method of another Worker's object as JavaScript does: Python would take a property of a
// stub for a promise.
export async function call(stub, name, args) {
  return JSON.stringify(await stub[name](...args)) ?? "undefined";
}
