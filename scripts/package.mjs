import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { bin, MANIFEST, ROOT, run } from "./process.mjs";

const FOLDER = `${ROOT}.cache/package`;
// The oldest line that package.json's engines allow; an alias of its own, as the tests run on 24.
const NODE_22 = "22.23.3";

const json = async (file) => JSON.parse(await readFile(`${ROOT}${file}`, "utf8"));

/** Compares what has to be the same in several places. */
async function checkParity() {
  const deno = await json("deno.json");
  const { VERSION } = await import("../dist/src/version.js");
  const problems = [];
  for (const [where, version] of [
    ["deno.json", deno.version],
    ["src/version.ts", VERSION],
  ]) {
    if (version !== MANIFEST.version)
      problems.push(`${where} has version ${version}, package.json ${MANIFEST.version}`);
  }
  const npmKeys = Object.keys(MANIFEST.exports).filter((key) => key !== "./package.json");
  if (npmKeys.sort().join() !== Object.keys(deno.exports).sort().join()) {
    problems.push(`package.json exports ${npmKeys}, deno.json ${Object.keys(deno.exports)}`);
  }
  for (const key of npmKeys) {
    const built = MANIFEST.exports[key].default.replace("./dist/", "./").replace(/\.js$/, ".ts");
    if (deno.exports[key] !== built)
      problems.push(`${key} is ${deno.exports[key]} in deno.json and ${built} in package.json`);
  }
  return {
    name: "same version and exports",
    ok: problems.length === 0,
    output: problems.join("\n"),
  };
}

/** Installs Node 22 beside the project, as npm would put it anywhere. */
async function node22() {
  const program = `${ROOT}.cache/node-${NODE_22}/node_modules/node/bin/node`;
  if (!existsSync(program)) {
    await run("npm", [
      "install",
      "--prefix",
      `.cache/node-${NODE_22}`,
      "--no-save",
      "--no-audit",
      "--no-fund",
      `node@${NODE_22}`,
    ]);
  }
  return program;
}

/** Packs what would be published and installs it into an empty project. */
async function installPacked() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const packed = await run("npm", ["pack", "--pack-destination", FOLDER]);
  const tarball = /kms-app-token-[\w.-]+\.tgz/.exec(packed.output)?.[0];
  if (packed.code !== 0 || !tarball) return { ok: false, output: packed.output };
  await writeFile(
    `${FOLDER}/package.json`,
    JSON.stringify({ name: "a-user", private: true, type: "module" }),
  );
  const installed = await run("npm", ["install", "--no-audit", "--no-fund", `./${tarball}`], {
    cwd: FOLDER,
  });
  return { ok: installed.code === 0, output: installed.output };
}

const IMPORTS = `
import * as core from "kms-app-token";
import * as sandbox from "kms-app-token/sandbox";
import manifest from "kms-app-token/package.json" with { type: "json" };
if (core.VERSION !== manifest.version) throw new Error("another version");
if (typeof core.createApp !== "function" || typeof sandbox.createSandbox !== "function") throw new Error("no exports");
console.log("imported", Object.keys(core).length + Object.keys(sandbox).length);
// The third export is the program: importing it runs it.
process.argv.splice(2, Infinity, "--version");
await import("kms-app-token/cli");
`;

const TYPES = `
import { createApp, kmsSigner, type InstallationToken } from "kms-app-token";
import { createSandbox, type Sandbox } from "kms-app-token/sandbox";
const sandbox: Sandbox = createSandbox();
const signer = kmsSigner({ keyId: sandbox.keyArn, credentials: { accessKeyId: "a", secretAccessKey: "b" }, fetch: sandbox.fetch });
export const token: Promise<InstallationToken> = createApp({ appId: 1, signer }).createToken({ owner: "octo-org" });
// @ts-expect-error the key id is required
kmsSigner({ credentials: { accessKeyId: "a", secretAccessKey: "b" } });
`;

async function checkTypes(module, moduleResolution) {
  const options = [
    "--strict",
    "--noEmit",
    "--target",
    "es2024",
    "--lib",
    "es2024,dom",
    "--types",
    "",
  ];
  const { code, output } = await run(
    bin("tsc"),
    [...options, "--module", module, "--moduleResolution", moduleResolution, "types.ts"],
    { cwd: FOLDER },
  );
  return { name: `packed types, ${moduleResolution}`, ok: code === 0, output };
}

/** Serves a sandbox from the packed command line; gives the environment it prints. */
async function serveSandbox() {
  const child = spawn(
    bin("node"),
    ["node_modules/kms-app-token/dist/cli.js", "sandbox", "--port", "0"],
    { cwd: FOLDER, stdio: ["ignore", "pipe", "inherit"] },
  );
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes("ACTIONS_ID_TOKEN_REQUEST_TOKEN")) break;
  }
  const env = Object.fromEntries(
    [...printed.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name, value]) => [name, value]),
  );
  return { env, stop: () => child.kill("SIGTERM") };
}

async function checkRuntime(name, program, env) {
  const cli = "node_modules/kms-app-token/dist/cli.js";
  const steps = [
    await run(program, ["imports.mjs"], { cwd: FOLDER }),
    await run(program, [cli, "--version"], { cwd: FOLDER }),
    await run(program, [cli, "token", "--owner", "octo-org"], { cwd: FOLDER, env }),
  ];
  const [imports, version, token] = steps.map(({ output }) => output.trim());
  const ok =
    steps.every(({ code }) => code === 0) &&
    imports.startsWith("imported") &&
    imports.endsWith(`\n${MANIFEST.version}`) &&
    version === MANIFEST.version &&
    /^ghs_\S+$/.test(token);
  // The token is the sandbox's, but nothing here gets used to printing one.
  return {
    name: `packed, on ${name}`,
    ok,
    output: [imports, version, token.replace(/ghs_\S+/, "ghs_…")].join("\n"),
  };
}

/** Checks what users get from npm: the packed files, not the checkout. */
export async function checkPackage() {
  const packed = await installPacked();
  const results = [{ name: "npm pack and install", ...packed }];
  if (!packed.ok) return results;
  results.push(await checkParity());
  await writeFile(`${FOLDER}/imports.mjs`, IMPORTS);
  await writeFile(`${FOLDER}/types.ts`, TYPES);
  results.push(await checkTypes("nodenext", "nodenext"), await checkTypes("esnext", "bundler"));
  const sandbox = await serveSandbox();
  try {
    results.push(await checkRuntime("Node 22", await node22(), sandbox.env));
    results.push(await checkRuntime("Node 24", bin("node"), sandbox.env));
    results.push(await checkRuntime("Bun", bin("bun"), sandbox.env));
  } finally {
    sandbox.stop();
  }
  return results;
}
