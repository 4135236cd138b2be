import { rmSync } from "node:fs";
import { bin, ROOT, run } from "./process.mjs";

rmSync(`${ROOT}dist`, { recursive: true, force: true });
const { code } = await run(bin("tsc"), ["-p", "tsconfig.build.json"], { inherit: true });
process.exitCode = code;
