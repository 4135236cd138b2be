import { install } from "./setup.mjs";
import { createTally } from "./tally.mjs";

await install({ production: false });
const { isPinned, processTests, RUNTIMES, sharedTests } = await import("./runtimes.mjs");
const { runWithoutNode, runWorkerdOnlyTests } = await import("./workerd.mjs");

const tally = createTally();
for (const runtime of RUNTIMES) {
  const { ok, output } = await isPinned(runtime);
  if (!ok)
    tally.check(
      `${runtime.name} is the pinned version`,
      false,
      `expected ${runtime.version[1]}, found: ${output}`,
    );
}

const shared = [];
for (const { name, test } of RUNTIMES) {
  const result = await test(sharedTests());
  tally.add(`${name}, shared tests`, result, result.output);
  shared.push(result.passed + result.failed);
}
// A file that one runtime's glob forgot would otherwise pass there unseen.
const same = new Set(shared).size === 1;
tally.check("all four ran the same tests", same, `counts by runtime: ${shared.join(", ")}`);

for (const { name, test } of RUNTIMES.filter(({ name }) => name !== "workerd")) {
  const result = await test(processTests());
  tally.add(`${name}, process tests`, result, result.output);
}
const lifetime = await runWorkerdOnlyTests();
tally.add("workerd, request lifetime", lifetime, lifetime.output);
const bare = await runWithoutNode();
tally.add("no Node API in mod.ts", bare, bare.output);
tally.end();
