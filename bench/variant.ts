import { inCache } from "./places.ts";
import { type Ended, type RunOptions, runProgram } from "./run_program.ts";

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

const PRELOAD = { bun: "--preload", node: "--import" };

/** Runs a whole program, and tells how long that took. */
export async function wallMs(variant: Variant, options: RunOptions): Promise<number> {
  return (await run(variant, [], options)).wallMs;
}

/** Runs a whole program, and tells the most memory that it held, in bytes. */
export async function peakBytes(variant: Variant, options: RunOptions): Promise<number> {
  const preload = [PRELOAD[variant.runtime], inCache("peak_memory.mjs")];
  const { stderr } = await run(variant, preload, options);
  const kilobytes = /^peak (\d+) kB$/m.exec(stderr)?.[1];
  if (kilobytes === undefined) throw new Error(`No peak memory in: ${stderr}`);
  return Number(kilobytes) * 1024;
}

async function run(
  { program, runtime }: Variant,
  flags: readonly string[],
  options: RunOptions,
): Promise<Ended> {
  const ended = await runProgram(runtime, [...flags, inCache(`${program}.mjs`)], options);
  if (ended.stdout !== "ok\n")
    throw new Error(`${program} on ${runtime} printed: ${ended.stdout}${ended.stderr}`);
  return ended;
}
