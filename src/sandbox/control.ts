import * as v from "valibot";
import { InputError } from "../errors.ts";
import { LEVELS } from "../github/permissions.ts";
import type { SandboxFault } from "./fault.ts";
import { MAX_CLOCK_OFFSET_SECONDS, MAX_DELAY_MS, type SandboxWorld } from "./world.ts";

type Part<T> = { [K in keyof T]?: T[K] | undefined };

/** What changes of a world: of its plain objects any part, all else as a whole. */
export type WorldChange = {
  [K in keyof SandboxWorld]?:
    | (SandboxWorld[K] extends readonly unknown[] ? SandboxWorld[K] : Part<SandboxWorld[K]>)
    | undefined;
};

/** What is sent to `POST /_sandbox`. */
export interface SandboxChange {
  readonly faults?: SandboxFault[] | undefined;
  readonly world?: WorldChange | undefined;
}

const delay = v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_DELAY_MS));

const fault: v.GenericSchema<unknown, SandboxFault> = v.strictObject({
  service: v.picklist(["kms", "sts", "github", "actions"]),
  match: v.exactOptional(v.string()),
  kind: v.picklist(["throttle", "server_error", "network_error", "hang", "answer"]),
  times: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
  retryAfterSeconds: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599))),
  headers: v.exactOptional(v.record(v.string(), v.string())),
  body: v.exactOptional(v.string()),
});

const installation = v.strictObject({
  id: v.number(),
  account: v.strictObject({
    id: v.number(),
    login: v.string(),
    type: v.picklist(["Organization", "User", "Enterprise"]),
  }),
  permissions: v.record(v.string(), v.picklist(LEVELS)),
  repositories: v.array(
    v.strictObject({
      id: v.number(),
      name: v.string(),
      files: v.exactOptional(v.record(v.string(), v.string())),
    }),
  ),
  selected: v.exactOptional(v.array(v.string())),
  renamed: v.exactOptional(v.record(v.string(), v.string())),
  suspendedAt: v.exactOptional(v.string()),
});

const principal = v.strictObject({
  userName: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  sessionToken: v.exactOptional(v.string()),
  expiration: v.exactOptional(v.string()),
  allowed: v.array(v.string()),
});

const role = v.strictObject({
  arn: v.string(),
  subjects: v.array(v.string()),
  maxSessionSeconds: v.number(),
  allowed: v.array(v.string()),
});

const app = v.strictObject({
  id: v.number(),
  clientId: v.string(),
  slug: v.string(),
  name: v.string(),
});

const key = v.strictObject({
  keyId: v.string(),
  alias: v.string(),
  region: v.string(),
  accountId: v.string(),
  usage: v.picklist(["SIGN_VERIFY", "ENCRYPT_DECRYPT"]),
  state: v.picklist(["Enabled", "Disabled", "PendingImport", "PendingDeletion"]),
  origin: v.picklist(["EXTERNAL", "AWS_KMS"]),
});

const world: v.GenericSchema<unknown, WorldChange> = v.partial(
  v.strictObject({
    app: v.partial(app),
    installations: v.array(installation),
    key: v.partial(key),
    principals: v.array(principal),
    roles: v.array(role),
    identityProvider: v.partial(
      v.strictObject({ registered: v.boolean(), audiences: v.array(v.string()) }),
    ),
    idTokenClaims: v.record(v.string(), v.string()),
    tokenFormat: v.picklist(["classic", "stateless", "alternate"]),
    clockOffsetSeconds: v.pipe(
      v.number(),
      v.minValue(-MAX_CLOCK_OFFSET_SECONDS),
      v.maxValue(MAX_CLOCK_OFFSET_SECONDS),
    ),
    latencyMs: delay,
    replicationMs: delay,
  }),
);

const change: v.GenericSchema<unknown, SandboxChange> = v.partial(
  v.strictObject({ faults: v.array(fault), world }),
);

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown, name: string): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const { path = [], expected, message } = result.issues[0];
  const place = [name, ...path.map(({ key }) => String(key))].filter(Boolean).join(".");
  throw new InputError(
    `Cannot use ${place || "the body"}: ${expected === "never" ? "there is no such field" : message}`,
  );
}

/**
 * Checks a fault before it is kept: one that never hits would go unnoticed.
 *
 * @throws {InputError} That names the field at fault.
 */
export function checkFault(value: SandboxFault): SandboxFault {
  return check(fault, value, "fault");
}

/**
 * Reads the body of `POST /_sandbox`.
 *
 * @throws {InputError} That names the field at fault.
 */
export function readChange(body: string): SandboxChange {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new InputError('Not JSON; send { "faults": [], "world": {} }');
  }
  return check(change, Array.isArray(value) ? undefined : value, "");
}

/** Changes a world: of its plain objects only the fields that are given. */
export function changeWorld(now: SandboxWorld, change: WorldChange): void {
  const before: Record<string, unknown> = { ...now };
  const after = Object.entries(change).map(([name, value]) => {
    const isPart = typeof value === "object" && !Array.isArray(value);
    return [name, isPart ? { ...(before[name] as object), ...value } : value];
  });
  Object.assign(now, Object.fromEntries(after));
}
