/// <reference types="bun-types" />
import { text } from "node:stream/consumers";
import { inCache, inRepository } from "./places.ts";

/** One of the two programs on one of the two runtimes. */
export interface Variant {
  readonly program: "ours" | "usual";
  readonly runtime: "bun" | "node";
}

export const VARIANTS = {
  oursOnBun: { program: "ours", runtime: "bun" },
  oursOnNode: { program: "ours", runtime: "node" },
  usualOnBun: { program: "usual", runtime: "bun" },
  usualOnNode: { program: "usual", runtime: "node" },
} as const satisfies Record<string, Variant>;

/** Name of one of the {@link VARIANTS}. */
export type VariantName = keyof typeof VARIANTS;

export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];

/** The binaries themselves: a shim would start a second process. */
export const RUNTIMES = {
  bun: inRepository("node_modules/.bin/bun"),
  node: inRepository("node_modules/node/bin/node"),
};

const PRELOAD = { bun: "--preload", node: "--import" };
const TIMEOUT_MS = 30_000;

/** How to run a program. */
export interface RunOptions {
  /** All of its environment. */
  readonly env: Record<string, string>;
  readonly signal: AbortSignal;
}

/** Runs a whole program, and tells how long that took. */
export async function wallMs(variant: Variant, options: RunOptions): Promise<number> {
  const start = performance.now();
  await run(variant, [], options);
  return performance.now() - start;
}

/** Runs a whole program, and tells the most memory that it held, in bytes. */
export async function peakBytes(variant: Variant, options: RunOptions): Promise<number> {
  const preload = [PRELOAD[variant.runtime], inCache("peak_memory.mjs")];
  const stderr = await run(variant, preload, options);
  const kilobytes = /^peak (\d+) kB$/m.exec(stderr)?.[1];
  if (kilobytes === undefined) throw new Error(`No peak memory in: ${stderr}`);
  return Number(kilobytes) * 1024;
}

async function run(
  { program, runtime }: Variant,
  flags: string[],
  { env, signal }: RunOptions,
): Promise<string> {
  const child = Bun.spawn([RUNTIMES[runtime], ...flags, inCache(`${program}.mjs`)], {
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
  signal.throwIfAborted();
  if (child.exitCode !== 0 || stdout !== "ok\n") {
    throw new Error(
      `${program} on ${runtime} ended with ${child.exitCode ?? child.signalCode}: ${stdout}${stderr}`,
    );
  }
  return stderr;
}
