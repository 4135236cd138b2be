import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Running, watch } from "./cli_process.ts";

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const NODE = fromRoot("node_modules/.bin/node");
const BUN = fromRoot("node_modules/.bin/bun");

/**
 * How the runner starts the step. The three runtimes that run these tests stand
 * for the three ways: Bun directly, Node alone, Node handing over to Bun.
 */
export const WAY: "bun" | "node" | "shim" = process.versions.bun
  ? "bun"
  : "deno" in process.versions
    ? "shim"
    : "node";
const PROGRAM = WAY === "bun" ? BUN : NODE;

/** A job on a runner: its workspace and the files that steps write to. */
export interface Job {
  /** The checkout, and the working directory of every step. */
  readonly workspace: string;
  /** Starts a step of the built action. */
  start(
    step: "main" | "post",
    inputs: Record<string, string>,
    env?: Record<string, string>,
    program?: readonly string[],
  ): Running;
  /** What steps wrote to the file of that name. */
  written(file: "output" | "state" | "env"): Promise<Record<string, string>>;
}

const FILES = { output: "GITHUB_OUTPUT", state: "GITHUB_STATE", env: "GITHUB_ENV" } as const;

/** Reads a file command: `name<<delimiter`, the value, the delimiter. */
function readFileCommands(text: string): Record<string, string> {
  const entries = text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...entries].map(([, name = "", , value = ""]) => [name, value]));
}

/** Runs `work` in a job of its own. */
export async function withJob(
  jobEnv: Record<string, string>,
  work: (job: Job) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kms-app-token-job-"));
  const workspace = await mkdtemp(join(folder, "workspace-"));
  const files = Object.fromEntries(
    Object.entries(FILES).map(([name, variable]) => [variable, join(folder, name)]),
  );
  for (const path of Object.values(files)) await writeFile(path, "");
  const runner = {
    PATH: WAY === "shim" ? `${dirname(BUN)}:${process.env.PATH}` : "/usr/bin:/bin",
    HOME: folder,
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: "octo-org/hello",
    GITHUB_REPOSITORY_ID: "5001",
    GITHUB_REPOSITORY_OWNER: "octo-org",
    GITHUB_RUN_ID: "4711",
    GITHUB_SERVER_URL: "https://github.com",
    ...files,
    ...jobEnv,
  };
  try {
    await work({
      workspace,
      start(step, inputs, env = {}, program = [PROGRAM, fromRoot(`action/dist/${step}.mjs`)]) {
        const given = Object.entries({ runtime: WAY === "shim" ? "auto" : "node", ...inputs });
        const inputEnv = Object.fromEntries(
          given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        );
        const [command = "", ...args] = program;
        const child = spawn(command, args, {
          cwd: workspace,
          env: { ...runner, ...inputEnv, ...env },
        });
        child.stdin.end();
        return watch(child);
      },
      async written(file) {
        return readFileCommands(await readFile(files[FILES[file]] ?? "", "utf8"));
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The state of a main step as the runner hands it to the post step. */
export function asState(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

export { BUN, fromRoot, NODE };
