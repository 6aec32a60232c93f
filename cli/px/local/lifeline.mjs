// Loaded into wrangler's process. Its standard input is a pipe that px holds open: when px is
// gone, even by SIGKILL, the pipe ends, and the whole process group is told to stop.
process.stdin.on("close", () => process.kill(0, "SIGTERM"));
process.stdin.resume();
process.stdin.unref();
