"""One project's rows in one place, the record of truth: the rows, their checks, and ledgers."""
