"""px as a process: signals, core dumps, and the command that replaces `px run`."""
