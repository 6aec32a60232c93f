// workerd without wrangler, in a process that ends with px: see lifeline.mjs. It says when workerd
// listens. Argument: the command as JSON.
import { spawn } from "node:child_process";

const [workerd, ...words] = JSON.parse(process.argv[2]);
const serving = spawn(workerd, [...words, "--control-fd=3"], {
  env: {},
  stdio: ["ignore", "inherit", "inherit", "pipe"],
});
let said = "";
serving.stdio[3].setEncoding("utf8").on("data", (text) => {
  const before = said.includes('"http"');
  said += text;
  if (!before && said.includes('"http"')) console.log("Ready on http");
});
serving.on("error", (problem) => {
  console.error(`[ERROR] ${problem.message}`);
  process.exit(1);
});
serving.on("exit", (code) => process.exit(code ?? 1));
