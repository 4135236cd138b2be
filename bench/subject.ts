import { readyJob } from "./job.ts";
import type { SandboxServer } from "./sandbox_server.ts";
import { STEP_NAMES, STEPS, type StepName } from "./step.ts";
import { peakBytes, VARIANT_NAMES, VARIANTS, type VariantName, wallMs } from "./variant.ts";

/** Something to measure. */
export interface Subject {
  /** Gets a run ready, which takes no time of it; gives what runs it and tells its wall time. */
  ready(server: SandboxServer): Promise<() => Promise<number>>;
  /** Runs it once for its peak memory; absent where several processes take part. */
  peakBytes?(server: SandboxServer): Promise<number>;
}

/** Name of one of the {@link SUBJECTS}. */
export type SubjectName = VariantName | StepName;

/** The core as whole programs, and the action as whole steps. */
export const SUBJECTS = Object.fromEntries([
  ...VARIANT_NAMES.map((name) => [name, variantSubject(name)]),
  ...STEP_NAMES.map((name) => [name, stepSubject(name)]),
]) as Record<SubjectName, Subject>;

export const SUBJECT_NAMES = Object.keys(SUBJECTS) as SubjectName[];

function variantSubject(name: VariantName): Subject {
  return {
    ready: async (server) => () => wallMs(VARIANTS[name], server),
    peakBytes: (server) => peakBytes(VARIANTS[name], server),
  };
}

function stepSubject(name: StepName): Subject {
  return { ready: (server) => readyJob(STEPS[name], server) };
}
