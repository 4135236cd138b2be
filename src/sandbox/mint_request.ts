import { PERMISSIONS } from "../github/permission_table.ts";
import { covers, LEVELS, type PermissionLevel } from "../github/permissions.ts";
import { invalidRequest, problem } from "./github_problem.ts";
import { selectedRepositories } from "./github_tokens.ts";
import type { SandboxInstallation, SandboxRepository } from "./world.ts";

/** What a mint asks for. */
export interface MintRequest {
  readonly repositories: readonly string[];
  readonly repositoryIds: readonly number[];
  /** Levels are whatever was sent. */
  readonly permissions: Readonly<Record<string, unknown>>;
}

/** What a mint gives. */
export interface MintGrant {
  readonly permissions: Readonly<Record<string, PermissionLevel>>;
  readonly repositories: readonly SandboxRepository[];
  /** Whether it was asked for some repositories only. */
  readonly isNarrowed: boolean;
}

// GitHub: "You can list up to 500 repositories."
const MAX_REPOSITORIES = 500;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
const isInteger = (value: unknown): value is number => Number.isInteger(value);

function readList<T>(
  name: string,
  value: unknown,
  isItem: (item: unknown) => item is T,
  type: string,
): T[] | Response {
  const place = `For 'properties/${name}`;
  if (!Array.isArray(value)) {
    return invalidRequest(`${place}', ${JSON.stringify(value)} is not an array.`);
  }
  const wrong = value.findIndex((item) => !isItem(item));
  if (wrong >= 0) {
    return invalidRequest(`${place}/${wrong}', ${JSON.stringify(value[wrong])} is not ${type}.`);
  }
  return value.length <= MAX_REPOSITORIES
    ? value
    : invalidRequest(`${place}', no more than ${MAX_REPOSITORIES} items are allowed.`);
}

/** Reads the body of a mint; none at all asks for everything. */
export function readMintRequest(text: string): MintRequest | Response {
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    return problem(400, "Problems parsing JSON");
  }
  if (!isObject(body)) return problem(400, "Body should be a JSON object");
  const { permissions = {} } = body;
  const repositories = readList("repositories", body.repositories ?? [], isString, "a string");
  if (repositories instanceof Response) return repositories;
  const ids = readList("repository_ids", body.repository_ids ?? [], isInteger, "an integer");
  if (ids instanceof Response) return ids;
  if (!isObject(permissions)) {
    return invalidRequest(
      `For 'properties/permissions', ${JSON.stringify(permissions)} is not an object.`,
    );
  }
  return { repositories, repositoryIds: ids, permissions };
}

/** What an installation gives for a request, or GitHub's refusal. */
export function grantFor(
  installation: SandboxInstallation,
  request: MintRequest,
): MintGrant | Response {
  const permissions = grantPermissions(installation, request);
  if (permissions instanceof Response) return permissions;
  const repositories = grantRepositories(installation, request);
  if (repositories instanceof Response) return repositories;
  const isNarrowed = request.repositories.length + request.repositoryIds.length > 0;
  return { permissions, repositories, isNarrowed };
}

function grantPermissions(
  { permissions }: SandboxInstallation,
  { permissions: asked }: MintRequest,
): Record<string, PermissionLevel> | Response {
  if (Object.keys(asked).length === 0) return { ...permissions, metadata: "read" };
  const granted: Record<string, PermissionLevel> = {};
  for (const [name, level] of Object.entries(asked)) {
    const has = Object.hasOwn(permissions, name) ? permissions[name] : undefined;
    // GitHub has permissions before it documents them.
    const levels = Object.hasOwn(PERMISSIONS, name) ? PERMISSIONS[name] : has && LEVELS;
    if (!levels) return invalidRequest(`"${name}" is not a permitted key.`);
    const known = levels.find((each) => each === level);
    if (!known) {
      return invalidRequest(
        `For 'properties/permissions/${name}', ${JSON.stringify(level)} is not a member of ${JSON.stringify(levels)}.`,
      );
    }
    if (!covers(has, known)) {
      return problem(422, "The permissions requested are not granted to this installation.");
    }
    granted[name] = known;
  }
  // GitHub adds this one to every token, asked for or not.
  return { ...granted, metadata: granted.metadata ?? "read" };
}

function grantRepositories(
  installation: SandboxInstallation,
  { repositories: names, repositoryIds: ids }: MintRequest,
): SandboxRepository[] | Response {
  const visible = selectedRepositories(installation);
  if (names.length + ids.length === 0) return visible;
  const lowerNames = new Set(names.map((name) => name.toLowerCase()));
  const granted = visible.filter(
    ({ id, name }) => ids.includes(id) || lowerNames.has(name.toLowerCase()),
  );
  return granted.length === lowerNames.size + new Set(ids).size
    ? granted
    : problem(
        422,
        "There is at least one repository that does not exist or is not accessible to the parent installation.",
      );
}
