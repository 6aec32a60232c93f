"""px's tools (wrangler, workerd, Pyodide): pinned by the lock here, in a cache of px's own."""
