// Positronic Secrets: the types of secrets.mjs.

/** More may come: an unknown code is an error like any other. */
export type SecretsErrorCode =
  | "not_granted"
  | "not_found"
  | "secret_expired"
  | "no_props"
  | "no_binding"
  | "invalid_name"
  | "invalid_request"
  | "store_failed"
  | "unavailable"
  | (string & {});

/** Why there is no value. */
export declare class SecretsError extends Error {
  constructor(code: SecretsErrorCode, message: string, options?: { cause?: unknown });
  readonly name: "SecretsError";
  readonly code: SecretsErrorCode;
}

/** The secrets of the project that the props of the binding name. Each method rejects with SecretsError. */
export declare class Secrets {
  #private;
  constructor(binding: object | undefined);
  /** One value, as text. */
  get(name: string): Promise<string>;
  /** Up to 100 values by name: all of them, or none. */
  getMany<Name extends string>(names: readonly Name[]): Promise<Record<Name, string>>;
  /** Whether `get` would give it. Does not count as a read. */
  exists(name: string): Promise<boolean>;
  /** The names that this Worker may read and that have a value, sorted. */
  names(): Promise<string[]>;
}
