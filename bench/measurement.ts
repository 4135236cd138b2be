import { countRequests, type RequestCount } from "./request_count.ts";
import { startSandbox } from "./sandbox_server.ts";
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
  readonly rounds: number;
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

const WARM_UP_ROUNDS = 2;
const MEMORY_ROUNDS = 3;

/** Measures every variant against one sandbox. */
export async function measure(
  latencyMs: number,
  rounds: number,
  signal: AbortSignal,
): Promise<Measurement> {
  await using server = await startSandbox(latencyMs, signal);
  const options: RunOptions = { env: server.env, signal };

  const counts = perVariant((): RequestCount => ({ kms: 0, github: 0 }));
  let seen = 0;
  for (const name of VARIANT_NAMES) {
    await wallMs(VARIANTS[name], options);
    const requests = await server.requests();
    counts[name] = countRequests(requests.slice(seen));
    seen = requests.length;
  }

  await interleave(WARM_UP_ROUNDS, async (name) => await wallMs(VARIANTS[name], options));
  const walls = await interleave(rounds, (name) => wallMs(VARIANTS[name], options));
  const peaks = await interleave(MEMORY_ROUNDS, (name) => peakBytes(VARIANTS[name], options));

  return {
    latencyMs,
    rounds,
    variants: perVariant((name) => ({
      requests: counts[name],
      wallMs: median(walls[name]),
      fastestMs: Math.min(...walls[name]),
      slowestMs: Math.max(...walls[name]),
      peakBytes: median(peaks[name]),
    })),
  };
}

/** Takes turns, each round from another variant on, so that noise of the machine hits all alike. */
async function interleave(
  rounds: number,
  sample: (name: VariantName) => Promise<number>,
): Promise<Record<VariantName, number[]>> {
  const samples = perVariant((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    const first = round % VARIANT_NAMES.length;
    for (const name of [...VARIANT_NAMES.slice(first), ...VARIANT_NAMES.slice(0, first)])
      samples[name].push(await sample(name));
  }
  return samples;
}

function perVariant<T>(make: (name: VariantName) => T): Record<VariantName, T> {
  return Object.fromEntries(VARIANT_NAMES.map((name) => [name, make(name)])) as Record<
    VariantName,
    T
  >;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}
