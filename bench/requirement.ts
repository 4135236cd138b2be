import type { Measurement } from "./measurement.ts";
import type { CoreBytes } from "./programs.ts";
import type { RequestCount } from "./request_count.ts";
import type { VariantName } from "./variant.ts";

/** Everything that was measured. */
export interface Results {
  readonly coreBytes: CoreBytes;
  readonly hundredTokens: RequestCount;
  /** Without added latency. */
  readonly direct: Measurement;
  /** With latency added to each request. */
  readonly delayed: Measurement;
}

/** Something that must be reached. */
export interface Requirement {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly reached: boolean;
}

const MAX_CORE_BYTES = 12 * 1024;
const OURS = [
  { name: "oursOnBun", label: "ours on Bun", maxRatio: 0.25 },
  { name: "oursOnNode", label: "ours on Node", maxRatio: 0.85 },
] as const;
// What may grow beside the waiting itself: timers fire late, and a machine that waits clocks down.
const DELAYED_FACTOR = 1.3;

/** Holds the results against what must be reached. */
export function requirements(results: Results): Requirement[] {
  const { coreBytes, hundredTokens, direct, delayed } = results;
  const usualMs = direct.variants.usualOnNode.wallMs;
  return [
    atMost("what minting loads, minified and gzipped", coreBytes.minting, {
      bound: MAX_CORE_BYTES,
      digits: 0,
      unit: " B",
    }),
    ...OURS.map(({ name, label }) => tokenRequests(label, direct.variants[name].requests)),
    exactly("KMS requests for 100 tokens of one App", String(hundredTokens.kms), "1"),
    ...OURS.map(({ name, label, maxRatio }) =>
      atMost(`wall time, ${label} / usual on Node`, direct.variants[name].wallMs / usualMs, {
        bound: maxRatio,
        digits: 2,
        unit: " x",
      }),
    ),
    ...OURS.map(({ name, label }) =>
      atMost(`wall time, ${label} at ${delayed.latencyMs} ms a request`, wallMs(delayed, name), {
        bound: delayedBoundMs(name, direct, delayed),
        digits: 0,
        unit: " ms",
      }),
    ),
  ];
}

const wallMs = ({ variants }: Measurement, name: VariantName): number => variants[name].wallMs;

function delayedBoundMs(name: VariantName, direct: Measurement, delayed: Measurement): number {
  const { kms, github } = delayed.variants[name].requests;
  return delayed.latencyMs * (kms + github) + DELAYED_FACTOR * wallMs(direct, name);
}

function tokenRequests(label: string, { kms, github }: RequestCount): Requirement {
  return exactly(`KMS + GitHub requests a token, ${label}`, `${kms} + ${github}`, "1 + 2");
}

function exactly(what: string, measured: string, bound: string): Requirement {
  return { what, measured, bound, reached: measured === bound };
}

function atMost(
  what: string,
  measured: number,
  { bound, digits, unit }: { bound: number; digits: number; unit: string },
): Requirement {
  return {
    what,
    measured: `${measured.toFixed(digits)}${unit}`,
    bound: `<= ${bound.toFixed(digits)}${unit}`,
    reached: measured <= bound,
  };
}
