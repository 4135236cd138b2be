import { mkdir, writeFile } from "node:fs/promises";
import { bin, ROOT, run } from "./process.mjs";

const FOLDER = `${ROOT}.cache/workerd`;
const COMPATIBILITY_DATE = "2026-11-01";

async function bundle(entry, outfile, options = {}) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: `${FOLDER}/${outfile}`,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
    // package.json's sideEffects: false would drop the bare imports of the test files.
    ignoreAnnotations: true,
    alias: { "node:test": `${ROOT}tests/runtimes/workerd_harness.ts` },
    external: ["node:*", "cloudflare:*"],
    ...options,
  });
}

function config(services) {
  const list = services.map(
    ({ name, flags, bindings = "" }) => `
  (name = "${name}", worker = (
    modules = [(name = "worker", esModule = embed "${name}.mjs")],
    compatibilityDate = "${COMPATIBILITY_DATE}",
    compatibilityFlags = [${flags.map((flag) => `"${flag}"`).join(", ")}],
    bindings = [${bindings}],
  ))`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = (services = [${list.join(",")}]);\n`;
}

async function runConfig(name, services) {
  await writeFile(`${FOLDER}/${name}.capnp`, config(services));
  const { code, output } = await run(bin("workerd"), ["test", `${FOLDER}/${name}.capnp`]);
  const [, passed = "0", failed = "0"] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  const result = { passed: Number(passed), failed: Number(failed), output };
  if (result.failed === 0 && (code !== 0 || result.passed === 0)) result.failed = 1;
  return result;
}

async function writeEntry(name, files) {
  await mkdir(FOLDER, { recursive: true });
  const imports = files.map((file) => `import ${JSON.stringify(ROOT + file)};`);
  const harness = `export { default } from ${JSON.stringify(`${ROOT}tests/runtimes/workerd_harness.ts`)};`;
  await writeFile(`${FOLDER}/${name}.entry.mjs`, `${imports.join("\n")}\n${harness}\n`);
  await bundle(`${FOLDER}/${name}.entry.mjs`, `${name}.mjs`);
}

/** Runs test files inside workerd, with Node's assert and nothing else of Node's asked for. */
export async function runWorkerdTests(files) {
  await writeEntry("shared", files);
  return await runConfig("shared", [{ name: "shared", flags: ["nodejs_compat"] }]);
}

/** What only Workers do: a request that ends while its promises are open. */
export async function runWorkerdOnlyTests() {
  await writeEntry("lifetime", ["tests/workerd/request_lifetime.test.ts"]);
  await bundle("tests/workerd/request_lifetime_subject.ts", "subject.mjs");
  return await runConfig("lifetime", [
    {
      name: "lifetime",
      flags: ["nodejs_compat"],
      bindings: '(name = "SUBJECT", service = "subject")',
    },
    { name: "subject", flags: [] },
  ]);
}

/** Proves that mod.ts reaches no Node API: it bundles for no platform, and works where there is none. */
export async function runWithoutNode() {
  await mkdir(FOLDER, { recursive: true });
  try {
    await bundle("mod.ts", "neutral.mjs", {
      platform: "neutral",
      mainFields: ["module", "main"],
      external: [],
    });
    await bundle("tests/workerd/without_node.ts", "bare.mjs", {
      platform: "neutral",
      mainFields: ["module", "main"],
      external: [],
    });
  } catch (error) {
    return { passed: 0, failed: 1, output: String(error) };
  }
  const bare = await runConfig("bare", [
    { name: "bare", flags: ["no_nodejs_compat", "no_nodejs_compat_v2"] },
  ]);
  return { ...bare, passed: bare.passed + 1 };
}
