// What a caller is told instead of an answer.

export class Refusal extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

/** The same, or 401: a store answers undefined to a caller that it does not admit. */
export function admitted(found) {
  if (found === undefined) throw new Refusal(401, "unauthenticated");
  return found;
}
