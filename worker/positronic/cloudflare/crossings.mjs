// What Python would call in several steps is one call here: each step from Python costs as much as
// the step itself, and more.

/** A Response; `headers` is a JSON object. */
export function response(status, body, headers) {
  return new Response(body, { status, headers: JSON.parse(headers) });
}

/** Runs statements of this SQL storage: the rows that one answers with, as a JSON array. */
export function runner(sql) {
  return (query, ...values) => {
    const cursor = sql.exec(query, ...values).raw();
    return JSON.stringify(cursor.toArray());
  };
}
