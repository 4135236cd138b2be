import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { serveLocally } from "../../src/cli/local_server.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/mod.ts";
import { privateKeyPem } from "../fixture.ts";

const CLI = fileURLToPath(new URL("../../cli.ts", import.meta.url));

/** The command that starts the command line on the runtime that runs this. */
export const COMMAND: readonly [string, ...string[]] =
  "deno" in process.versions
    ? [
        process.execPath,
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-env",
        "--allow-net=127.0.0.1",
        "--allow-read",
        CLI,
      ]
    : [process.execPath, CLI];

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly outcome: Promise<Outcome>;
  readonly child: ReturnType<typeof spawn>;
  /** All that has been printed so far. */
  printed(): string;
}

/** What a runtime needs of the environment; nothing else is handed on. */
function bareEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "TMPDIR", "SystemRoot", "DENO_DIR"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

/** Starts the command line. */
export function startCli(
  args: readonly string[],
  env: Record<string, string>,
  stdin: string | null = "",
): Running {
  const [program, ...before] = COMMAND;
  const child = spawn(program, [...before, ...args], {
    env: { ...bareEnvironment(), NO_COLOR: "1", ...env },
  });
  if (stdin !== null) child.stdin.end(stdin);
  return watch(child);
}

/** Gathers what a program prints, and how it ends. */
export function watch(child: ChildProcessWithoutNullStreams): Running {
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.on("error", () => {});
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { outcome, child, printed: () => stdout + stderr };
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  env: Record<string, string>,
  stdin?: string,
): Promise<Outcome> {
  return await startCli(args, env, stdin).outcome;
}

/** Sends a signal. Not by `child.kill()`, after which Deno reports that signal in place of the exit code. */
export function stop({ pid }: ReturnType<typeof spawn>, signal: "SIGINT" | "SIGTERM"): void {
  if (pid !== undefined) process.kill(pid, signal);
}

/** Serves a sandbox while `work` runs. */
export async function withSandbox(
  options: SandboxOptions,
  work: (sandbox: Sandbox, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem(), ...options });
  const server = await serveLocally(sandbox.fetch, 0);
  try {
    await work(sandbox, sandbox.environment(server.origin));
  } finally {
    await server.close();
  }
}

/** Waits until `condition` holds, for ten seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("waited ten seconds in vain");
    await new Promise((done) => setTimeout(done, 10));
  }
}
