import type { ActionBytes } from "./action_bytes.ts";
import type { RequestCount } from "./request_count.ts";
import {
  bytesAtMost,
  delayedAtMost,
  exactly,
  type Measurements,
  type Requirement,
  ratioAtMost,
} from "./requirement.ts";
import { STEPS, type StepName, USUAL_STEP } from "./step.ts";

/** Everything that was measured of the action. */
export interface ActionResults extends Measurements {
  readonly bytes: ActionBytes;
}

const MAX_MAIN_BYTES = 60_000;
const MAX_POST_BYTES = 20_000;
const OURS: readonly { name: StepName; requests: string; maxRatio?: number }[] = [
  { name: "keysOnBun", requests: "0 + 0 + 1 + 2", maxRatio: 0.25 },
  { name: "keysOnAuto", requests: "0 + 0 + 1 + 2", maxRatio: 0.45 },
  { name: "keysOnNode", requests: "0 + 0 + 1 + 2", maxRatio: 0.85 },
  { name: "roleOnBun", requests: "1 + 1 + 1 + 2", maxRatio: 0.25 },
  { name: "roleOnAuto", requests: "1 + 1 + 1 + 2", maxRatio: 0.45 },
  { name: "roleOnNode", requests: "1 + 1 + 1 + 2", maxRatio: 0.85 },
  { name: "installationOnBun", requests: "0 + 0 + 1 + 1" },
  { name: "postOnNode", requests: "0 + 0 + 0 + 1", maxRatio: 0.85 },
];

/** Holds the action's results against what must be reached. */
export function actionRequirements(results: ActionResults): Requirement[] {
  const { bytes, direct } = results;
  return [
    bytesAtMost("what main.mjs loads to mint", bytes.main, MAX_MAIN_BYTES),
    bytesAtMost("what post.mjs loads to revoke", bytes.post, MAX_POST_BYTES),
    ...OURS.map(({ name, requests }) => {
      const what = `id token + STS + KMS + GitHub, ${STEPS[name].label}`;
      return exactly(what, listed(direct.subjects[name].requests), requests);
    }),
    ...OURS.flatMap(({ name, maxRatio: bound }) => {
      const { label, task } = STEPS[name];
      const what = `${label} / usual`;
      return bound ? [ratioAtMost(what, results, { name, usual: USUAL_STEP[task], bound })] : [];
    }),
    ...OURS.map(({ name }) => delayedAtMost(STEPS[name].label, results, name)),
  ];
}

function listed({ idToken, sts, kms, github }: RequestCount): string {
  return [idToken, sts, kms, github].join(" + ");
}
