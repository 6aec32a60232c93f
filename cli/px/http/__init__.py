"""HTTP to one server: address, proxy, certificates, connection, retries."""
