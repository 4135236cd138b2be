import type { ChildProcess } from "node:child_process";
import { constants as access, accessSync, realpathSync, statSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative, sep } from "node:path";
import process from "node:process";
import { input } from "./input.ts";

/** How running under Bun went. */
export type Outcome =
  /** The step ran to its end there, with this exit code. */
  | { readonly exitCode: number }
  /** It is to run in this process; `problem` says why it does not run under Bun as asked. */
  | { readonly problem?: string };

const RUNTIMES = ["auto", "bun", "node"];

/** Exit codes the step itself ends with; whatever else comes from a Bun that could not run it. */
const STEP_EXIT_CODES = [0, 1, 130, 143];

/** Whether `path` lies in the checkout, where a pull request can put a program named bun. */
function isInWorkspace(path: string): boolean {
  const workspace = process.env.GITHUB_WORKSPACE;
  if (!workspace) return false;
  const way = relative(realpathSync(workspace), path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where a program really is, if it is one that may be started. */
function resolveProgram(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    accessSync(real, access.X_OK);
    return statSync(real).isFile() && !isInWorkspace(real) && !isInWorkspace(path)
      ? real
      : undefined;
  } catch {
    return undefined;
  }
}

/** Absolute path of the Bun on the PATH. */
function findBun(): string | undefined {
  const program = process.platform === "win32" ? "bun.exe" : "bun";
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const found = isAbsolute(folder) ? resolveProgram(join(folder, program)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The environment without what steers Bun itself: a preload, a log of requests with their bearers. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^BUN_/i.test(name)));
}

/** How the child ended, once it has; nothing if it could not be started. */
function ended(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(undefined));
    child.on("exit", (code, signal) => {
      // What is no program goes to a shell, which has these two codes for it.
      if (code === 126 || code === 127) resolve(undefined);
      else resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** Runs `file` under Bun when Bun is there and wanted. */
export async function runUnderBun(file: string): Promise<Outcome> {
  if (process.versions.bun) return {};
  const runtime = input(process.env, "runtime")?.toLowerCase() ?? "auto";
  if (!RUNTIMES.includes(runtime))
    return { problem: `Cannot use runtime: give ${RUNTIMES.join(", ")}` };
  if (runtime === "node") return {};
  const bun = findBun();
  if (bun === undefined) {
    return runtime === "auto"
      ? {}
      : {
          problem:
            "Cannot use runtime bun: there is no bun on the PATH (outside of the workspace); run oven-sh/setup-bun before, or leave runtime out",
        };
  }
  const { spawn } = await import("node:child_process");
  // Bun loads .env and a bunfig.toml with preloads from its working directory,
  // and that of a step is the checkout: it starts in the action's own instead.
  const child = spawn(bun, ["--no-env-file", file], {
    cwd: dirname(file),
    env: environment(),
    stdio: "inherit",
  });
  // Not spawnSync: this process would die of the runner's signal, and the child mint on.
  const forwarders = (["SIGINT", "SIGTERM"] as const).map((signal) => {
    const forward = () => void child.kill(signal);
    process.on(signal, forward);
    return () => process.off(signal, forward);
  });
  const exitCode = await ended(child);
  for (const stop of forwarders) stop();
  if (exitCode !== undefined && STEP_EXIT_CODES.includes(exitCode)) return { exitCode };
  if (exitCode === undefined && runtime === "auto") return {};
  return {
    problem:
      exitCode === undefined
        ? "Cannot use runtime bun: the bun on the PATH cannot be started; leave runtime out"
        : `The bun on the PATH ended with exit code ${exitCode}; set runtime to node, or install another Bun`,
  };
}
