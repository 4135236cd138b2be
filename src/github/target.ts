import { InputError } from "../errors.ts";
import { externalText } from "../external_text.ts";
import { checkPermissions, type Permissions } from "./permissions.ts";

/** Whose installation to find. */
export type InstallationQuery =
  | { readonly owner: string; readonly repo?: string | undefined }
  | { readonly enterprise: string };

/** For what to mint a token. */
export interface TokenOptions {
  /** Login of the user or organization. Alone: all repositories of its installation. */
  owner?: string | undefined;
  /** Names (`hello`) or full names (`octo-org/hello`) of the repositories to narrow the token to, 500 at most. */
  repositories?: readonly string[] | undefined;
  /** The same by id, in place of `repositories`. */
  repositoryIds?: readonly number[] | undefined;
  /** Permissions to narrow the token to; all of the installation's when left out. */
  permissions?: Readonly<Record<string, string>> | undefined;
  /** Id of the installation; saves the request that finds it. */
  installationId?: number | undefined;
  /** Slug of an enterprise, for the installation on it. */
  enterprise?: string | undefined;
  /** Ends the call at once when it aborts. */
  signal?: AbortSignal | undefined;
}

/** {@link TokenOptions}, checked. */
export interface TokenTarget {
  readonly owner: string | undefined;
  readonly repositories: readonly string[] | undefined;
  readonly repositoryIds: readonly number[] | undefined;
  readonly permissions: Permissions | undefined;
  readonly installationId: number | undefined;
  readonly enterprise: string | undefined;
}

// GitHub: "You can list up to 500 repositories".
const MAX_REPOSITORIES = 500;

/** Checks the login of an owner; Enterprise Managed Users have underscores. */
function checkOwner(owner: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/.test(owner)) {
    throw new InputError(
      `Cannot use owner "${externalText(owner)}": give the login of a user or organization`,
    );
  }
  return owner;
}

/** Checks the name of a repository. */
function checkRepository(name: string): string {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name) || name === "." || name === "..") {
    throw new InputError(
      `Cannot use repository "${externalText(name)}": give its name, or <owner>/<name>`,
    );
  }
  return name;
}

/** Checks the slug of an enterprise. */
function checkEnterprise(slug: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(slug)) {
    throw new InputError(`Cannot use enterprise "${externalText(slug)}": give its slug`);
  }
  return slug;
}

function checkId(id: number, what: string): number {
  if (!Number.isSafeInteger(id) || id < 1)
    throw new InputError(`Cannot use ${what} ${id}: give a whole number from 1`);
  return id;
}

function checkCount(list: readonly unknown[], option: string): void {
  if (list.length === 0 || list.length > MAX_REPOSITORIES) {
    throw new InputError(
      `Cannot narrow a token to ${list.length} repositories: ${list.length === 0 ? "GitHub would grant all of them" : `GitHub takes ${MAX_REPOSITORIES} at most`}; leave ${option} out to get all`,
    );
  }
}

/** Splits `owner/name` entries and finds the one owner of all of them. */
function splitRepositories(
  entries: readonly string[],
  owner: string | undefined,
): { owner: string | undefined; names: string[] } {
  checkCount(entries, "repositories");
  let common = owner;
  const names = new Map<string, string>();
  for (const entry of entries) {
    const [first = "", second, ...more] = entry.trim().split("/");
    if (more.length > 0)
      throw new InputError(
        `Cannot use repository "${externalText(entry)}": give its name, or <owner>/<name>`,
      );
    const name = checkRepository(second ?? first);
    names.set(name.toLowerCase(), name);
    if (second === undefined) continue;
    common ??= checkOwner(first);
    if (common.toLowerCase() !== first.toLowerCase()) {
      throw new InputError(
        `Cannot use repository "${externalText(entry)}": it is not of ${common}; one token covers one owner`,
      );
    }
  }
  return { owner: common, names: [...names.values()] };
}

/**
 * Checks what a token is asked for, before anything is sent.
 *
 * @throws {InputError} If it can never work.
 */
export function tokenTarget(options: TokenOptions): TokenTarget {
  const { repositoryIds, enterprise, installationId } = options;
  if (options.repositories && repositoryIds) {
    throw new InputError("Cannot use repositories and repositoryIds together: give one of them");
  }
  if (
    enterprise !== undefined &&
    (options.owner !== undefined || options.repositories || repositoryIds)
  ) {
    throw new InputError(
      "Cannot use enterprise and an owner or repositories together: give one of them",
    );
  }
  const givenOwner = options.owner === undefined ? undefined : checkOwner(options.owner.trim());
  const split = options.repositories && splitRepositories(options.repositories, givenOwner);
  const owner = split ? split.owner : givenOwner;
  if (repositoryIds) {
    checkCount(repositoryIds, "repositoryIds");
    for (const id of repositoryIds) checkId(id, "repository id");
  }
  if (owner === undefined && enterprise === undefined && installationId === undefined) {
    throw new InputError(
      "Cannot tell whose token to mint: give an owner, <owner>/<name> as repositories, an installation id or an enterprise",
    );
  }
  // An id given says whose installation it is; with named repositories the owner is checked in the answer.
  if (owner !== undefined && installationId !== undefined && !split && !repositoryIds) {
    throw new InputError(
      "Cannot use owner and installationId together without repositories: leave one out",
    );
  }
  return {
    owner,
    repositories: split?.names,
    repositoryIds,
    permissions: options.permissions && checkPermissions(options.permissions),
    installationId:
      installationId === undefined ? undefined : checkId(installationId, "installation id"),
    enterprise: enterprise === undefined ? undefined : checkEnterprise(enterprise.trim()),
  };
}

/** Checks an {@link InstallationQuery}. */
export function checkQuery(query: InstallationQuery): InstallationQuery {
  if ("enterprise" in query) return { enterprise: checkEnterprise(query.enterprise) };
  return {
    owner: checkOwner(query.owner),
    repo: query.repo === undefined ? undefined : checkRepository(query.repo),
  };
}

/**
 * What to look up for a token: a repository's own look-up tells apart "not installed" and "not selected" early;
 * without names the owner's does.
 */
export function installationQuery({
  owner = "",
  repositories,
  enterprise,
}: TokenTarget): InstallationQuery {
  return enterprise === undefined ? { owner, repo: repositories?.[0] } : { enterprise };
}

/** Path of the look-up. */
export function installationPath(query: InstallationQuery): string {
  if ("enterprise" in query) return `/enterprises/${query.enterprise}/installation`;
  // The users route answers for organizations too.
  return query.repo === undefined
    ? `/users/${query.owner}/installation`
    : `/repos/${query.owner}/${query.repo}/installation`;
}

/** Body of the mint; nothing where all is asked for. */
export function mintBody({
  repositories,
  repositoryIds,
  permissions,
}: TokenTarget): Record<string, unknown> | undefined {
  const body = {
    ...(repositories && { repositories }),
    ...(repositoryIds && { repository_ids: repositoryIds }),
    ...(permissions && { permissions }),
  };
  return Object.keys(body).length > 0 ? body : undefined;
}
