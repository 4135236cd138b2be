import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative } from "node:path";
import process from "node:process";
import { input } from "./input.ts";

const RUNTIMES = ["auto", "bun", "node"];

/** Whether `folder` lies in the checkout, where a pull request can put a program named bun. */
function isInWorkspace(folder: string): boolean {
  const workspace = process.env.GITHUB_WORKSPACE;
  if (!workspace) return false;
  const path = relative(workspace, folder);
  return path === "" || (!path.startsWith("..") && !isAbsolute(path));
}

/** Absolute path of the Bun on the PATH. */
function findBun(): string | undefined {
  const program = process.platform === "win32" ? "bun.exe" : "bun";
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !isInWorkspace(folder))
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

/** How the child ended, once it has; nothing if it could not be started. */
function ended(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(undefined));
    child.on("exit", (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

/**
 * Runs `file` under Bun when Bun is there and wanted.
 *
 * @returns its exit code; nothing if the step is to go on in this process
 */
export async function runUnderBun(file: string): Promise<number | undefined> {
  if (process.versions.bun) return undefined;
  const runtime = input(process.env, "runtime")?.toLowerCase() ?? "auto";
  if (!RUNTIMES.includes(runtime)) {
    process.stdout.write(
      `::error::Cannot use runtime: give ${RUNTIMES.join(", ")} [invalid_input]\n`,
    );
    return 1;
  }
  if (runtime === "node") return undefined;
  const bun = findBun();
  if (bun === undefined) {
    if (runtime === "auto") return undefined;
    process.stdout.write(
      "::error::Cannot use runtime bun: there is no bun on the PATH (outside of the workspace); run oven-sh/setup-bun before, or leave runtime out [invalid_input]\n",
    );
    return 1;
  }
  // Bun loads .env and a bunfig.toml with preloads from its working directory,
  // and that of a step is the checkout: it starts in the action's own instead.
  const { spawn } = await import("node:child_process");
  const child = spawn(bun, ["--no-env-file", file], { cwd: dirname(file), stdio: "inherit" });
  // Not spawnSync: this process would die of the runner's signal, and the child mint on.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const code = await ended(child);
  if (code === undefined && runtime === "bun") {
    process.stdout.write(
      "::error::Cannot use runtime bun: the bun on the PATH cannot be started; leave runtime out [invalid_input]\n",
    );
    return 1;
  }
  return code;
}
