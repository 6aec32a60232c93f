// Positronic Secrets: reads what is granted to this Worker, over its service binding.
//
//   import { Secrets } from "./secrets.mjs";
//   const url = await new Secrets(env.SECRETS).get("DATABASE_URL");
//
// Nothing is kept here: each call asks again, so a rotated secret or a removed grant holds at once.
// Written by px, which replaces it with `px grant add NAME --client DIR`.

/** Why there is no value. Act on `code`, such as "not_granted" or "not_found". */
export class SecretsError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = "SecretsError";
    this.code = code;
  }
}

/** The secrets of the project that the props of the binding name. Each method rejects with SecretsError. */
export class Secrets {
  #binding;

  constructor(binding) {
    this.#binding = binding;
  }

  /** One value, as text. */
  get(name) {
    return this.#ask("get", name);
  }

  /** Up to 100 values by name: all of them, or none. */
  getMany(names) {
    return this.#ask("getMany", names);
  }

  /** Whether `get` would give it. Does not count as a read. */
  exists(name) {
    return this.#ask("exists", name);
  }

  /** The names that this Worker may read and that have a value, sorted. */
  names() {
    return this.#ask("names");
  }

  async #ask(method, ...sent) {
    if (!this.#binding) {
      throw new SecretsError("no_binding", "this Worker has no such binding: see `services` in its wrangler configuration");
    }
    let answer;
    try {
      answer = await this.#binding[method](...sent);
    } catch (cause) {
      throw new SecretsError("unavailable", "the Worker that keeps the secrets did not answer", { cause });
    }
    if (answer?.ok === true) return answer.value;
    throw new SecretsError(answer?.code ?? "unavailable", answer?.message ?? "this is no answer of Positronic Secrets");
  }
}
