// Loaded into wrangler's process. Its standard input is a pipe that px holds open: when px exits,
// even by SIGKILL, the pipe closes, and the whole process group gets a stop signal.
process.stdin.on("close", () => process.kill(0, "SIGTERM"));
process.stdin.resume();
process.stdin.unref();
