import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { appFrom, TOKEN } from "./app.ts";
import { inCache } from "./places.ts";
import { RUNTIMES, runProgram } from "./run_program.ts";
import type { SandboxServer } from "./sandbox_server.ts";
import type { Step, Task } from "./step.ts";

const FOLDER = inCache("job");
const HOME = inCache("job/home");
const FILES = {
  GITHUB_OUTPUT: inCache("job/output"),
  GITHUB_STATE: inCache("job/state"),
  GITHUB_ENV: inCache("job/env"),
};
const RUNNER = {
  // That of the binary itself: with runtime auto the step looks for Bun there.
  PATH: dirname(RUNTIMES.bun),
  HOME,
  GITHUB_REPOSITORY: "octo-org/hello",
  GITHUB_REPOSITORY_ID: "5001",
  GITHUB_RUN_ID: "1",
  ...FILES,
};
/** The role that a job can assume. */
export const ROLE = "arn:aws:iam::111122223333:role/kms-app-token";
const TASK_INPUTS: Record<Task, Record<string, string>> = {
  keys: {},
  role: {
    "role-to-assume": ROLE,
    "aws-region": "eu-west-1",
  },
  installation: { "installation-id": "1001" },
  post: {},
};
const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"];

/** Gets a new job ready for a step; gives what runs the step and tells the wall time of it. */
export async function readyJob(step: Step, server: SandboxServer): Promise<() => Promise<number>> {
  // As on a hosted runner nothing is left of a run before: Bun caches there what it has compiled.
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(HOME, { recursive: true });
  for (const file of Object.values(FILES)) await writeFile(file, "");
  const env = { ...jobEnvironment(step, server.env), ...(await state(step.task, server)) };
  return async () => {
    let wallMs = 0;
    let printed = "";
    let exported: Record<string, string> = {};
    for (const file of step.files) {
      const options = { env: { ...env, ...exported }, signal: server.signal };
      const ended = await runProgram(step.runtime, [file], options);
      wallMs += ended.wallMs;
      printed += ended.stdout;
      exported = await written("GITHUB_ENV");
    }
    // A post step never fails, so that it has to say so.
    const { token } = await written("GITHUB_OUTPUT");
    const isDone = step.task === "post" ? /^Token revoked$/m.test(printed) : token !== undefined;
    if (!isDone) throw new Error(`${step.label} did not do its task: ${printed}`);
    return wallMs;
  };
}

/** What the runner sets, with nothing in it that is the caller's. */
function jobEnvironment(
  { task, runtimeInput }: Step,
  served: Record<string, string>,
): Record<string, string> {
  const hidden = task === "role" ? KEYS : [];
  const inputs = {
    "client-id": served.KMS_APP_TOKEN_CLIENT_ID ?? "",
    "kms-key-id": served.KMS_APP_TOKEN_KMS_KEY_ID ?? "",
    "github-api-url": served.GITHUB_API_URL ?? "",
    "permission-contents": "read",
    runtime: runtimeInput,
    ...TASK_INPUTS[task],
  };
  const renamed = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  return {
    ...Object.fromEntries(Object.entries(served).filter(([name]) => !hidden.includes(name))),
    ...RUNNER,
    ...Object.fromEntries(renamed),
  };
}

/** What a main step would have left for its post step: a token that works. */
async function state(task: Task, { env }: SandboxServer): Promise<Record<string, string>> {
  if (task !== "post") return {};
  const { token, expiresAt } = await appFrom(env).createToken(TOKEN);
  return {
    STATE_token: token,
    STATE_expiresAt: expiresAt,
    STATE_apiUrl: env.GITHUB_API_URL ?? "",
  };
}

/** Reads a file of commands: `name<<delimiter`, the value, the delimiter. */
async function written(file: keyof typeof FILES): Promise<Record<string, string>> {
  const text = await readFile(FILES[file], "utf8");
  const entries = text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries(Array.from(entries, ([, name = "", , value = ""]) => [name, value]));
}
