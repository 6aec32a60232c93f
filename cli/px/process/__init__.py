"""px as a process: signals, core dumps, and the command that `px run` puts in its place."""
