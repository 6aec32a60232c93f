"""`px doctor`: checks this machine and the server, and says how to fix each problem."""
