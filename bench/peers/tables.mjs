// The rows of the peer on SQLite, with the indexes that ours has.

export const TABLES = `
  CREATE TABLE IF NOT EXISTS states (name TEXT PRIMARY KEY, version INTEGER NOT NULL,
    createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL, keyId TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS states_live ON states (name);
  CREATE TABLE IF NOT EXISTS versions (name TEXT, version INTEGER, keyId TEXT NOT NULL,
    sealed TEXT NOT NULL, PRIMARY KEY (name, version)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS versions_key ON versions (keyId, name);
  CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, command TEXT NOT NULL,
    time INTEGER NOT NULL, event TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS events_command ON events (command);
  CREATE INDEX IF NOT EXISTS events_time ON events (time);
  CREATE TABLE IF NOT EXISTS outbox (name TEXT PRIMARY KEY, due INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due, name);
  CREATE TABLE IF NOT EXISTS published (name TEXT PRIMARY KEY, at INTEGER NOT NULL,
    version INTEGER, digest TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS published_live ON published (version, name) WHERE version IS NOT NULL;
  CREATE INDEX IF NOT EXISTS published_gone ON published (at, name) WHERE version IS NULL;
  CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, hash TEXT NOT NULL,
    createdAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS uses (name TEXT, version INTEGER, day INTEGER, count INTEGER NOT NULL,
    PRIMARY KEY (name, version, day));
`;
