/// <reference types="bun-types" />
import { availableParallelism } from "node:os";
import process from "node:process";
import { actionBytes } from "./action_bytes.ts";
import { actionRequirements } from "./action_requirement.ts";
import { coreRequirements } from "./core_requirement.ts";
import { measure } from "./measurement.ts";
import { bundlePrograms, coreBytes } from "./programs.ts";
import { actionTable, coreTable, requirementLines } from "./report.ts";
import { countHundredTokens } from "./request_count.ts";
import { RUNTIMES } from "./run_program.ts";

const LATENCY_MS = 50;
const ROUNDS = { direct: 21, delayed: 9 };

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
console.log("usual core: @aws-sdk/client-kms, @octokit/auth-app and @octokit/core");
console.log(
  "usual one: a step of these and @actions/core; usual two: one before it that calls STS",
);
const { direct: rounds, delayed: delayedRounds } = ROUNDS;
console.log(`whole processes, medians of ${rounds} rounds, ${delayedRounds} with added latency`);
console.log("ratio to usual on node for the same task\n");

await bundlePrograms();
const measurements = await measure(LATENCY_MS, ROUNDS, signal);
const { direct, delayed } = measurements;
for (const table of [coreTable, actionTable])
  for (const measurement of [direct, delayed]) console.log(`${table(measurement)}\n`);

const bytes = await coreBytes();
const hundredTokens = await countHundredTokens();
const core = coreRequirements({ ...measurements, bytes, hundredTokens });
const action = actionRequirements({ ...measurements, bytes: await actionBytes() });
console.log(`core\n${requirementLines(core)}\n`);
console.log(`action\n${requirementLines(action)}\n`);
console.log(`all that mod.ts can ever load: ${bytes.everything} B`);
process.exit([...core, ...action].every(({ reached }) => reached) ? 0 : 1);
