import { awsPlaceFromEnvironment, type Environment } from "../src/aws/environment.ts";
import { type KeyReference, keyReference } from "../src/aws/key_id.ts";
import type { RoleReference } from "../src/aws/session_policy.ts";
import { roleReference } from "../src/aws/sts.ts";
import { InputError } from "../src/errors.ts";
import { externalText } from "../src/external_text.ts";
import { checkLevels } from "../src/github/permission_table.ts";
import { checkPermissions, type Permissions, parsePermissions } from "../src/github/permissions.ts";
import type { TokenOptions } from "../src/github/target.ts";
import { parseList } from "../src/parse_list.ts";
import { input } from "./input.ts";

/** How to become the role that may sign. */
export interface RoleInputs {
  readonly role: RoleReference;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly audience: string;
}

/** What the step was asked for. */
export interface Inputs {
  readonly appId: string;
  readonly key: KeyReference;
  readonly region: string;
  readonly role: RoleInputs | undefined;
  readonly exportAwsCredentials: boolean;
  readonly target: TokenOptions;
  readonly skipTokenRevoke: boolean;
  readonly gitIdentity: boolean;
  readonly apiUrl: string | undefined;
}

const TRUE = ["true", "t", "yes", "y", "on", "1"];
const FALSE = ["false", "f", "no", "n", "off", "0"];

function flag(env: Environment, name: string): boolean {
  const text = input(env, name)?.toLowerCase() ?? "false";
  if (!TRUE.includes(text) && !FALSE.includes(text)) {
    throw new InputError(`Cannot use ${name} "${externalText(text)}": give true or false`);
  }
  return TRUE.includes(text);
}

function wholeNumber(env: Environment, name: string): number | undefined {
  const text = input(env, name);
  if (text !== undefined && !/^\d{1,15}$/.test(text)) {
    throw new InputError(`Cannot use ${name} "${externalText(text)}": give a whole number`);
  }
  return text === undefined ? undefined : Number(text);
}

function required(env: Environment, ...names: [string, ...string[]]): string {
  const found = names.map((name) => input(env, name)).find(Boolean);
  if (found === undefined) throw new InputError(`Missing input: give ${names.join(" or ")}`);
  return found;
}

function permissions(env: Environment): Permissions | undefined {
  const text = input(env, "permissions");
  const together: Record<string, string> = text === undefined ? {} : { ...parsePermissions(text) };
  // Every such input is read, not only those action.yml knows: one that is mistyped must not widen the token.
  for (const [variable, value] of Object.entries(env)) {
    const [, rest] = /^INPUT_PERMISSION[-_](.+)$/.exec(variable) ?? [];
    const level = value?.trim().toLowerCase();
    if (rest === undefined || !level) continue;
    const name = rest.toLowerCase().replaceAll("-", "_");
    if (Object.hasOwn(together, name)) {
      throw new InputError(`Cannot use permission ${name}: it is given twice; give it once`);
    }
    together[name] = level;
  }
  return Object.keys(together).length === 0 ? undefined : checkLevels(checkPermissions(together));
}

/** The repository the workflow runs in. */
function currentRepository(env: Environment): { owner: string; name: string } {
  const [owner, name] = (env.GITHUB_REPOSITORY ?? "").split("/");
  if (!owner || !name) {
    throw new InputError(
      "Cannot tell the current repository: GITHUB_REPOSITORY is not set; give owner",
    );
  }
  return { owner, name };
}

// As in actions/create-github-app-token: nothing given means this repository, an
// owner alone all of its repositories, repositories alone those of this owner.
function target(env: Environment): TokenOptions {
  const owner = input(env, "owner");
  const enterprise = input(env, "enterprise");
  const repositories = input(env, "repositories");
  const installationId = wholeNumber(env, "installation-id");
  const common = { installationId, permissions: permissions(env) };
  if (enterprise !== undefined) {
    return {
      ...common,
      enterprise,
      owner,
      repositories: repositories && parseList(repositories),
    } as TokenOptions;
  }
  if (repositories !== undefined) {
    const names = parseList(repositories);
    const named = names.some((name) => name.includes("/"));
    return {
      ...common,
      owner: owner ?? (named ? undefined : currentRepository(env).owner),
      repositories: names,
    };
  }
  if (installationId === undefined) {
    if (owner !== undefined) return { ...common, owner };
    const { owner: own, name } = currentRepository(env);
    return { ...common, owner: own, repositories: [name] };
  }
  // By id, so that the installation of another owner cannot match by name.
  const id = Number(env.GITHUB_REPOSITORY_ID);
  if (!(id > 0))
    throw new InputError(
      "Cannot narrow the token to this repository: GITHUB_REPOSITORY_ID is not set; give repositories",
    );
  return { ...common, owner, repositoryIds: [id] };
}

function role(env: Environment, exported: boolean): RoleInputs | undefined {
  const arn = input(env, "role-to-assume");
  if (arn === undefined) {
    if (exported)
      throw new InputError(
        "Cannot use export-aws-credentials without role-to-assume: there is no session to export",
      );
    return undefined;
  }
  return {
    role: roleReference(arn),
    sessionName: input(env, "role-session-name") ?? `kms-app-token-${env.GITHUB_RUN_ID ?? "local"}`,
    // The narrow session is used for seconds; one that is exported serves the rest of the job.
    durationSeconds: wholeNumber(env, "role-duration-seconds") ?? (exported ? 3600 : 900),
    audience: input(env, "audience") ?? "sts.amazonaws.com",
  };
}

/**
 * Reads and checks all inputs.
 *
 * @throws {InputError} If one is missing or can never work.
 */
export function readInputs(env: Environment): Inputs {
  const place = awsPlaceFromEnvironment(env, "KMS");
  const key = keyReference(required(env, "kms-key-id"), input(env, "aws-region") ?? place.region);
  const exportAwsCredentials = flag(env, "export-aws-credentials");
  return {
    appId: required(env, "client-id", "app-id"),
    key,
    // The role's Region is the key's, unless it is given: STS is there in every Region.
    region: input(env, "aws-region") ?? key.region,
    role: role(env, exportAwsCredentials),
    exportAwsCredentials,
    target: target(env),
    skipTokenRevoke: flag(env, "skip-token-revoke"),
    gitIdentity: flag(env, "git-identity"),
    apiUrl: input(env, "github-api-url") ?? (env.GITHUB_API_URL || undefined),
  };
}
