/// <reference types="bun-types" />
import { text } from "node:stream/consumers";
import { inCache, inRepository } from "./places.ts";

/** The binaries themselves: a shim would start a second process. */
export const RUNTIMES = {
  bun: inRepository("node_modules/.bin/bun"),
  node: inRepository("node_modules/node/bin/node"),
};

/** How to run a program. */
export interface RunOptions {
  /** All of its environment. */
  readonly env: Record<string, string>;
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface Ended {
  /** From before it was started until all of its output was read. */
  readonly wallMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 30_000;

/** Runs a whole program that has to end well. */
export async function runProgram(
  runtime: keyof typeof RUNTIMES,
  args: readonly string[],
  { env, signal }: RunOptions,
): Promise<Ended> {
  const start = performance.now();
  const child = Bun.spawn([RUNTIMES[runtime], ...args], {
    env,
    // Away from the repository's bunfig.toml.
    cwd: inCache(""),
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    timeout: TIMEOUT_MS,
  });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exited,
  ]);
  const wallMs = performance.now() - start;
  signal.throwIfAborted();
  if (child.exitCode !== 0) {
    const how = child.exitCode ?? child.signalCode;
    throw new Error(`${args.at(-1)} on ${runtime} ended with ${how}: ${stdout}${stderr}`);
  }
  return { wallMs, stdout, stderr };
}
