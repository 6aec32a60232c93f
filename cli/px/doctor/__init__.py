"""`px doctor`: what px finds on this machine and on the server, each with its mend."""
