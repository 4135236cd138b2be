import * as v from "valibot";
import type { HttpAnswer } from "../http_exchange.ts";
import { parseAnswer } from "./github_client.ts";
import { permissionsSchema } from "./installation.ts";
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
const tokenText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/));

const tokenOnly = v.object({ token: tokenText });

const grantSchema: v.GenericSchema<unknown, TokenGrant> = v.pipe(
  v.object({
    token: tokenText,
    expires_at: v.pipe(v.string(), v.isoTimestamp()),
    permissions: permissionsSchema,
    repository_selection: v.optional(v.string(), "all"),
    repositories: v.optional(
      v.array(v.object({ id: v.number(), name: v.string(), full_name: v.string() })),
    ),
  }),
  v.transform((answer) => ({
    token: answer.token,
    expiresAt: answer.expires_at,
    permissions: answer.permissions,
    repositorySelection: answer.repository_selection,
    repositories: answer.repositories?.map(({ id, name, full_name }) => ({
      id,
      name,
      fullName: full_name,
    })),
  })),
);

/** Reads the answer to a mint. */
export function parseGrant(answer: HttpAnswer): TokenGrant {
  return parseAnswer(answer, grantSchema, "GitHub's token request");
}

/** The token in an answer that may be wrong otherwise, so that it can be revoked. */
export function tokenIn(answer: HttpAnswer): string | undefined {
  try {
    return v.parse(tokenOnly, JSON.parse(answer.text)).token;
  } catch {
    return undefined;
  }
}

/**
 * In what `grant` goes beyond what was asked, in words; nothing if it does not.
 * `metadata: read` is no excess: GitHub adds it to every token.
 */
export function excessOf(grant: TokenGrant, target: TokenTarget): string | undefined {
  return (
    (target.permissions && permissionExcess(grant.permissions, target.permissions)) ??
    repositoryExcess(grant, target)
  );
}

function permissionExcess(granted: Permissions, asked: Permissions): string | undefined {
  for (const [name, level] of Object.entries(granted)) {
    if (name === "metadata" && level === "read") continue;
    const askedLevel = asked[name];
    if (!covers(askedLevel, level))
      return `${name}: ${level} instead of ${askedLevel ?? "nothing"}`;
  }
  return undefined;
}

function repositoryExcess(
  grant: TokenGrant,
  { owner, repositories, repositoryIds, installationId }: TokenTarget,
): string | undefined {
  if (!repositories && !repositoryIds) return undefined;
  if (grant.repositorySelection === "all") return "all repositories of the installation";
  if (!grant.repositories) return "repositories that the answer does not name";
  // An installation found by its owner has no repositories of others; one given by id may be of another owner.
  const prefix =
    installationId !== undefined && owner !== undefined ? `${owner.toLowerCase()}/` : undefined;
  const names = new Set(repositories?.map((name) => name.toLowerCase()));
  const strange = grant.repositories.find(({ id, name, fullName }) => {
    if (repositoryIds) return !repositoryIds.includes(id);
    return prefix === undefined
      ? !names.has(name.toLowerCase())
      : !fullName.toLowerCase().startsWith(prefix) || !names.has(name.toLowerCase());
  });
  return strange && `repository ${strange.fullName}`;
}
