import type { CoreBytes } from "./programs.ts";
import type { RequestCount } from "./request_count.ts";
import {
  bytesAtMost,
  delayedAtMost,
  exactly,
  type Measurements,
  type Requirement,
  ratioAtMost,
} from "./requirement.ts";

/** Everything that was measured of the core. */
export interface CoreResults extends Measurements {
  readonly bytes: CoreBytes;
  readonly hundredTokens: RequestCount;
}

const MAX_BYTES = 12 * 1024;
const OURS = [
  { name: "oursOnBun", label: "ours on Bun", bound: 0.25 },
  { name: "oursOnNode", label: "ours on Node", bound: 0.85 },
] as const;

/** Holds the core's results against what must be reached. */
export function coreRequirements(results: CoreResults): Requirement[] {
  const { bytes, hundredTokens, direct } = results;
  return [
    bytesAtMost("what minting loads, minified and gzipped", bytes.minting, MAX_BYTES),
    ...OURS.map(({ name, label }) => {
      const { kms, github } = direct.subjects[name].requests;
      return exactly(`KMS + GitHub requests a token, ${label}`, `${kms} + ${github}`, "1 + 2");
    }),
    exactly("KMS requests for 100 tokens of one App", String(hundredTokens.kms), "1"),
    ...OURS.map(({ name, label, bound }) =>
      ratioAtMost(`${label} / usual on Node`, results, { name, usual: "usualOnNode", bound }),
    ),
    ...OURS.map(({ name, label }) => delayedAtMost(label, results, name)),
  ];
}
