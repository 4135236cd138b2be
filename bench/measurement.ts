import { appFrom, TOKEN } from "./app.ts";
import { countRequests, type RequestCount } from "./request_count.ts";
import { type SandboxServer, startSandbox } from "./sandbox_server.ts";
import {
  peakBytes,
  type RunOptions,
  VARIANT_NAMES,
  VARIANTS,
  type VariantName,
  wallMs,
} from "./variant.ts";

/** What was found out about every variant at one latency. */
export interface Measurement {
  readonly latencyMs: number;
  readonly variants: Record<VariantName, VariantMeasurement>;
}

/** What was found out about one variant. */
export interface VariantMeasurement {
  /** Requests of a single run. */
  readonly requests: RequestCount;
  /** Median of the whole process's wall time. */
  readonly wallMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** Median of the peak resident memory. */
  readonly peakBytes: number;
}

/** One variant at one latency. */
interface Cell {
  readonly name: VariantName;
  readonly options: RunOptions;
  readonly requests: RequestCount;
}

const WARM_UP_TOKENS = 60;
const WARM_UP_ROUNDS = 2;
const MEMORY_ROUNDS = 3;

/** Measures every variant, at no latency and at `latencyMs`. */
export async function measure(
  latencyMs: number,
  rounds: number,
  signal: AbortSignal,
): Promise<{ direct: Measurement; delayed: Measurement }> {
  await using directServer = await startSandbox(0, signal);
  await using delayedServer = await startSandbox(latencyMs, signal);
  const direct = await createCells(directServer, signal);
  const delayed = await createCells(delayedServer, signal);
  const cells = [...direct, ...delayed];

  const wall = ({ name, options }: Cell) => wallMs(VARIANTS[name], options);
  const peak = ({ name, options }: Cell) => peakBytes(VARIANTS[name], options);
  await interleave(cells, WARM_UP_ROUNDS, wall);
  const walls = await interleave(cells, rounds, wall);
  const peaks = await interleave(cells, MEMORY_ROUNDS, peak);

  const summarize = (cell: Cell): VariantMeasurement => {
    const samples = walls.get(cell) ?? [];
    return {
      requests: cell.requests,
      wallMs: median(samples),
      fastestMs: Math.min(...samples),
      slowestMs: Math.max(...samples),
      peakBytes: median(peaks.get(cell) ?? []),
    };
  };
  const byName = (of: Cell[]) =>
    Object.fromEntries(of.map((cell) => [cell.name, summarize(cell)])) as Measurement["variants"];
  return {
    direct: { latencyMs: 0, variants: byName(direct) },
    delayed: { latencyMs, variants: byName(delayed) },
  };
}

/** Runs every variant once to count its requests, and warms the sandbox up. */
async function createCells(server: SandboxServer, signal: AbortSignal): Promise<Cell[]> {
  const options: RunOptions = { env: server.env, signal };
  const cells: Cell[] = [];
  for (const name of VARIANT_NAMES) {
    const before = (await server.requests()).length;
    await wallMs(VARIANTS[name], options);
    const requests = countRequests((await server.requests()).slice(before));
    cells.push({ name, options, requests });
  }
  // A cold sandbox would add to every request the time of compiling itself.
  const mint = () => appFrom(server.env).createToken(TOKEN);
  await Promise.all(Array.from({ length: WARM_UP_TOKENS }, mint));
  return cells;
}

/** Takes turns, each round from another cell on, so that noise of the machine hits all alike. */
async function interleave(
  cells: Cell[],
  rounds: number,
  sample: (cell: Cell) => Promise<number>,
): Promise<Map<Cell, number[]>> {
  const samples = new Map(cells.map((cell): [Cell, number[]] => [cell, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % cells.length;
    for (const cell of [...cells.slice(first), ...cells.slice(0, first)])
      samples.get(cell)?.push(await sample(cell));
  }
  return samples;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}
