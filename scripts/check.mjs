import { bin, run } from "./process.mjs";
import { install } from "./setup.mjs";
import { createTally } from "./tally.mjs";

await install({ production: false });
const { checkPackage } = await import("./package.mjs");
const { checkAction } = await import("./build_action.mjs");
const { checkWorkflows } = await import("./lint_workflows.mjs");

const tally = createTally();

async function command(name, program, args) {
  const { code, output } = await run(bin(program), args, { env: { NO_COLOR: "1" } });
  tally.check(name, code === 0, output);
}

await command("lint and format", "biome", ["ci", "--error-on-warnings", "."]);
await command("types", "tsc", ["-p", "tsconfig.build.json", "--noEmit"]);
await command("types of tests", "tsc", ["-p", "tests/tsconfig.json"]);
await command("types by Deno", "deno", [
  "check",
  "--quiet",
  "mod.ts",
  "cli.ts",
  "src/sandbox/mod.ts",
]);
await command("doc comments are complete", "deno", [
  "doc",
  "--lint",
  "mod.ts",
  "src/sandbox/mod.ts",
]);
await command("deno publish --dry-run", "deno", ["publish", "--dry-run", "--allow-dirty"]);

const preload = ["--preload", "tests/docs/preload.ts"];
const docs = await run(
  bin("deno"),
  ["test", "--quiet", "--doc", "--allow-all", ...preload, "mod.ts", "src", "README.md"],
  { env: { NO_COLOR: "1" } },
);
const [, passed = "0", failed = "0"] = /(\d+) passed \| (\d+) failed/.exec(docs.output) ?? [];
const examples = { passed: Number(passed), failed: Number(failed) };
if (examples.failed === 0 && (docs.code !== 0 || examples.passed === 0)) examples.failed = 1;
tally.add("examples in the docs", examples, docs.output);

for (const check of [checkAction, checkWorkflows, checkPackage]) {
  for (const { name, ok, output } of await check()) tally.check(name, ok, output);
}
tally.end();
