/// <reference types="bun-types" />
import { availableParallelism } from "node:os";
import process from "node:process";
import { measure } from "./measurement.ts";
import { bundlePrograms, coreBytes } from "./programs.ts";
import { measurementTable, requirementLines } from "./report.ts";
import { countHundredTokens } from "./request_count.ts";
import { type Results, requirements } from "./requirement.ts";
import { RUNTIMES } from "./variant.ts";

const LATENCY_MS = 50;
const ROUNDS = 15;

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
console.log("usual: @aws-sdk/client-kms, @octokit/auth-app and @octokit/core");
console.log(`whole processes, medians of ${ROUNDS} rounds; ratio to usual on node\n`);

await bundlePrograms();
const { direct, delayed } = await measure(LATENCY_MS, ROUNDS, signal);
for (const measurement of [direct, delayed]) console.log(`${measurementTable(measurement)}\n`);
const results: Results = {
  coreBytes: await coreBytes(),
  hundredTokens: await countHundredTokens(),
  direct,
  delayed,
};
const checked = requirements(results);
console.log(requirementLines(checked));
console.log(`\nall that mod.ts can ever load: ${results.coreBytes.everything} B`);
process.exit(checked.every(({ reached }) => reached) ? 0 : 1);
