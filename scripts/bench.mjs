import { spawn } from "node:child_process";
import process from "node:process";
import { bin, ROOT } from "./process.mjs";
import { install } from "./setup.mjs";

await install({ production: false });
const bench = spawn(bin("bun"), ["--no-env-file", "bench/run.ts"], { cwd: ROOT, stdio: "inherit" });
// It ends the sandboxes and programs that it has started.
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => bench.kill(name));
bench.on("exit", (code) => process.exit(code ?? 1));
