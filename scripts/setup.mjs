import { existsSync } from "node:fs";
import { basename } from "node:path";
import { bin, MANIFEST, ROOT, run } from "./process.mjs";

const BUN_VERSION = MANIFEST.devDependencies.bun;

/** How to start Bun: the one that runs this, the installed one, or the pinned one through npx. */
export function bunCommand() {
  if (process.versions.bun) return [process.execPath];
  const caller = process.env.npm_execpath ?? "";
  if (/^bun(\.exe)?$/.test(basename(caller))) return [caller];
  if (existsSync(bin("bun"))) return [bin("bun")];
  return ["npx", "-y", `bun@${BUN_VERSION}`];
}

/** Installs what bun.lock names; only what users get too with `production`. */
export async function install({ production }) {
  // A full installation has all that the smaller one would bring, which would not leave the rest alone.
  const full = existsSync(bin("workerd"));
  if (production && full) return;
  if (!(production ? existsSync(`${ROOT}node_modules/hono`) : full)) {
    console.log(
      production
        ? `Setting up: Bun ${BUN_VERSION} (about 35 MB to download) and ${Object.keys(MANIFEST.dependencies).length} packages (about 2 MB).`
        : `Setting up: all development dependencies, among them Bun, Deno, Node ${MANIFEST.devDependencies.node} and workerd (about 250 MB to download, 720 MB on disk).`,
    );
  }
  const [command, ...args] = bunCommand();
  const options = [
    "install",
    "--frozen-lockfile",
    ...(production ? ["--production", "--omit=peer"] : []),
  ];
  const { code, output } = await run(command, [...args, ...options]);
  if (code !== 0) {
    console.error(output);
    throw new Error("the installation failed; see above");
  }
}
