"""One server over HTTP: address, proxy, certificates, connection, retries."""
