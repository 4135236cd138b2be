/// <reference types="bun-types" />
import { availableParallelism } from "node:os";
import process from "node:process";
import { measure } from "./measurement.ts";
import { bundlePrograms, coreBytes } from "./programs.ts";
import { measurementTable, requirementLines } from "./report.ts";
import { countHundredTokens } from "./request_count.ts";
import { type Results, requirements } from "./requirement.ts";
import { RUNTIMES } from "./variant.ts";

const controller = new AbortController();
const { signal } = controller;
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.on(name, () => controller.abort(new Error(`Ended by ${name}`)));

const versions = Object.entries(RUNTIMES).map(([name, binary]) => {
  const version = Bun.spawnSync([binary, "--version"]).stdout.toString().trim();
  return `${name} ${version.replace(/^v/, "")}`;
});
const { platform, arch } = process;
console.log(`${versions.join(", ")}; ${platform} ${arch}, ${availableParallelism()} cores`);
console.log("usual: @aws-sdk/client-kms, @octokit/auth-app and @octokit/core\n");

await bundlePrograms();
const direct = await measure(0, 15, signal);
console.log(`${measurementTable(direct)}\n`);
const delayed = await measure(50, 7, signal);
console.log(`${measurementTable(delayed)}\n`);
const results: Results = {
  coreBytes: await coreBytes(),
  hundredTokens: await countHundredTokens(),
  direct,
  delayed,
};
const checked = requirements(results);
console.log(requirementLines(checked));
process.exit(checked.every(({ reached }) => reached) ? 0 : 1);
