import { readdirSync } from "node:fs";
import { bin, MANIFEST, ROOT, run } from "./process.mjs";
import { runWorkerdTests } from "./workerd.mjs";

const pins = MANIFEST.devDependencies;

function counts(output, passPattern, failPattern) {
  const passed = Number(passPattern.exec(output)?.[1] ?? 0);
  const failed = Number(failPattern.exec(output)?.[1] ?? 0);
  return { passed, failed };
}

/** Counts as failed whatever ended badly without a failed test, and whatever ran no test. */
async function suite(command, args, passPattern, failPattern) {
  const { code, output } = await run(command, args, { env: { NO_COLOR: "1", FORCE_COLOR: "0" } });
  const result = counts(output, passPattern, failPattern);
  if (result.failed === 0 && (code !== 0 || result.passed === 0)) result.failed = 1;
  return { ...result, output };
}

/** The runtimes with their pinned version and the way each runs test files. */
export const RUNTIMES = [
  {
    name: "Bun",
    version: ["bun", pins.bun],
    test: (files) =>
      suite(
        bin("bun"),
        ["test", ...files.map((file) => `./${file}`)],
        /^ *(\d+) pass$/m,
        /^ *(\d+) fail$/m,
      ),
  },
  {
    name: "Deno",
    version: ["deno", `deno ${pins.deno}`],
    test: (files) =>
      suite(
        bin("deno"),
        ["test", "--quiet", "--no-check", "--allow-all", ...files],
        /(\d+) passed/,
        /(\d+) failed/,
      ),
  },
  {
    name: "Node",
    version: ["node", `v${pins.node}`],
    test: (files) =>
      suite(bin("node"), ["--test", "--test-reporter=spec", ...files], /pass (\d+)/, /fail (\d+)/),
  },
  {
    name: "workerd",
    // workerd counts its versions by date: 1.20261117.1 calls itself 2026-11-17.
    version: [
      "workerd",
      `workerd ${pins.workerd.replace(/^1\.(\d{4})(\d\d)(\d\d)\..*/, "$1-$2-$3")}`,
    ],
    test: runWorkerdTests,
  },
];

/** Whether the installed runtime is the pinned one: an install script that did not run leaves a stub. */
export async function isPinned({ version: [program, expected] }) {
  const { output } = await run(bin(program), ["--version"]);
  return { ok: output.split("\n")[0].startsWith(expected), output };
}

function testsIn(folder) {
  return readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** Test files for every runtime. */
export const sharedTests = () => testsIn("tests");

/** Test files that start processes or read files, for every runtime but workerd. */
export const processTests = () => testsIn("tests/process");
