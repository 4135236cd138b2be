import * as v from "valibot";
import { AppTokenError } from "../errors.ts";
import type { HttpAnswer } from "../http_exchange.ts";
import { parseJsonAnswer } from "../json_answer.ts";
import { permissionsFrom, permissionsSchema } from "./installation.ts";
import { covers, type Permissions } from "./permissions.ts";
import type { TokenTarget } from "./target.ts";

/** A repository a token has access to. */
export interface TokenRepository {
  /** Stays the same when the repository is renamed. */
  readonly id: number;
  /** Without the owner. */
  readonly name: string;
  /** `owner/name`. */
  readonly fullName: string;
}

/** What GitHub grants: the answer to a mint. */
export interface TokenGrant {
  /** The token: opaque, of no fixed length. A secret. */
  readonly token: string;
  /** When it stops working (an hour after the mint), ISO 8601 as GitHub writes it. */
  readonly expiresAt: string;
  /** As granted, with the `metadata: read` that GitHub adds. */
  readonly permissions: Permissions;
  /** `"all"` or `"selected"`. */
  readonly repositorySelection: string;
  /** The repositories it is narrowed to; absent when it was not narrowed. */
  readonly repositories?: readonly TokenRepository[] | undefined;
}

/** An installation token with where it comes from. */
export interface InstallationToken extends TokenGrant {
  /** Whose token it is; saves the look-up next time. */
  readonly installationId: number;
  /** The app's slug; absent when the installation id was given, as a token's answer does not name it. */
  readonly appSlug?: string | undefined;
  /** Owner of the installation; absent under the same condition. */
  readonly owner?: string | undefined;
  /** ARN of the KMS key that signed the app JWT. */
  readonly keyArn?: string | undefined;
  /** KMS request id of that signature, as in CloudTrail. */
  readonly kmsRequestId?: string | undefined;
}

// What a header can carry and a line of output can hold; nothing else is known of a token's shape.
const isTokenText = (text: unknown): text is string =>
  typeof text === "string" && /^[\x21-\x7e]+$/.test(text);

const isTime = (text: unknown): text is string =>
  typeof text === "string" && /^[\dTZ:.+-]{20,35}$/.test(text);

const schema = v.object({
  token: v.custom<string>(isTokenText),
  expires_at: v.custom<string>(isTime),
  permissions: permissionsSchema,
  repository_selection: v.nullish(v.string()),
  repositories: v.nullish(
    v.array(v.object({ id: v.number(), name: v.string(), full_name: v.string() })),
  ),
});

function parseGrant(answer: HttpAnswer): TokenGrant {
  const grant = parseJsonAnswer(answer, schema, "GitHub's token request");
  return {
    token: grant.token,
    expiresAt: grant.expires_at,
    permissions: permissionsFrom(grant.permissions),
    repositorySelection: grant.repository_selection ?? "all",
    repositories: grant.repositories?.map(({ id, name, full_name }) => ({
      id,
      name,
      fullName: full_name,
    })),
  };
}

/** The token in an answer that may be wrong otherwise, so that it can be revoked. */
export function tokenIn(answer: HttpAnswer): string | undefined {
  try {
    const { token } = JSON.parse(answer.text);
    return isTokenText(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

/**
 * In what `grant` goes beyond what was asked, in words; nothing if it does not.
 * `metadata: read` is no excess: GitHub adds it to every token.
 */
function excessOf(grant: TokenGrant, target: TokenTarget): string | undefined {
  return (
    (target.permissions && permissionExcess(grant.permissions, target.permissions)) ??
    repositoryExcess(grant, target)
  );
}

function permissionExcess(granted: Permissions, asked: Permissions): string | undefined {
  for (const [name, level] of Object.entries(granted)) {
    if (name === "metadata" && level === "read") continue;
    const askedLevel = Object.hasOwn(asked, name) ? asked[name] : undefined;
    if (!covers(askedLevel, level))
      return `${name}: ${level} instead of ${askedLevel ?? "nothing"}`;
  }
  return undefined;
}

function repositoryExcess(
  grant: TokenGrant,
  { owner, repositories, repositoryIds }: TokenTarget,
): string | undefined {
  if (!repositories && !repositoryIds) return undefined;
  if (grant.repositorySelection === "all") return "all repositories of the installation";
  if (!grant.repositories) return "repositories that the answer does not name";
  const asked = new Set(repositories?.map((name) => name.toLowerCase()));
  const isAsked = ({ id, name, fullName }: TokenRepository) =>
    (repositoryIds ? repositoryIds.includes(id) : asked.has(name.toLowerCase())) &&
    (owner === undefined || fullName.toLowerCase().startsWith(`${owner.toLowerCase()}/`));
  const strange = grant.repositories.find((repository) => !isAsked(repository));
  return strange && `repository ${strange.fullName}`;
}

/**
 * Reads what GitHub granted.
 *
 * @throws {AppTokenError} `token_wider_than_requested` If it is more than was asked.
 */
export function acceptGrant(answer: HttpAnswer, target: TokenTarget): TokenGrant {
  const grant = parseGrant(answer);
  const excess = excessOf(grant, target);
  if (excess === undefined) return grant;
  throw new AppTokenError(
    "token_wider_than_requested",
    `GitHub granted more than was asked (${answer.quote(excess)}); the token is not handed over`,
    { status: answer.status },
  );
}
