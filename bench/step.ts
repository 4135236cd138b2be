import { inCache, inRepository } from "./places.ts";

/** What a step is asked for. */
export type Task = "keys" | "role" | "installation" | "post";

/** A step of a job, or the two steps that do the same. */
export interface Step {
  readonly label: string;
  readonly task: Task;
  /** What the runner starts, one after the other. */
  readonly files: readonly string[];
  readonly runtime: "bun" | "node";
  /** The input of that name. */
  readonly runtimeInput: "auto" | "node";
}

const LABELS: Record<Task, string> = {
  keys: "without a role",
  role: "with a role",
  installation: "with installation-id",
  post: "post",
};

function ours(task: Task, way: "bun" | "auto" | "node"): Step {
  return {
    label: `${LABELS[task]}, ours on ${way}`,
    task,
    files: [inRepository(`action/dist/${task === "post" ? "post" : "main"}.mjs`)],
    runtime: way === "bun" ? "bun" : "node",
    runtimeInput: way === "auto" ? "auto" : "node",
  };
}

function usual(task: Task, ...programs: string[]): Step {
  return {
    label: `${LABELS[task]}, usual ${programs.length === 1 ? "one" : "two"} on node`,
    task,
    files: programs.map((name) => inCache(`${name}.cjs`)),
    runtime: "node",
    runtimeInput: "node",
  };
}

export const STEPS = {
  keysOnBun: ours("keys", "bun"),
  keysOnAuto: ours("keys", "auto"),
  keysOnNode: ours("keys", "node"),
  keysUsual: usual("keys", "usual_step"),
  roleOnBun: ours("role", "bun"),
  roleOnAuto: ours("role", "auto"),
  roleOnNode: ours("role", "node"),
  roleUsual: usual("role", "usual_sign_in", "usual_step"),
  installationOnBun: ours("installation", "bun"),
  postOnNode: ours("post", "node"),
  postUsual: usual("post", "usual_post"),
} as const;

/** Name of one of the {@link STEPS}. */
export type StepName = keyof typeof STEPS;

export const STEP_NAMES = Object.keys(STEPS) as StepName[];

/** The usual steps that do what a step of ours does. */
export const USUAL_STEP = {
  keys: "keysUsual",
  role: "roleUsual",
  installation: "keysUsual",
  post: "postUsual",
} as const satisfies Record<Task, StepName>;
