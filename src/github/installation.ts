import * as v from "valibot";
import { LEVELS, type Permissions } from "./permissions.ts";

/** One account's installation of the GitHub App. */
export interface Installation {
  /** Takes the place of the look-up when given to `createToken()`. */
  readonly id: number;
  /** The app's slug, as in `https://github.com/apps/<slug>`. */
  readonly appSlug: string;
  /** Login of the account, or slug of the enterprise. */
  readonly owner: string;
  /** `"Organization"`, `"User"` or `"Enterprise"`. */
  readonly targetType: string;
  /** Whether the installation may see all of the owner's repositories or selected ones. */
  readonly repositorySelection: string;
  /** What a token of this installation can have at most. */
  readonly permissions: Permissions;
  /** Its settings page. */
  readonly htmlUrl: string;
  /** When it was suspended, as GitHub writes it; absent while it works. */
  readonly suspendedAt?: string | undefined;
  /** Login of who suspended it. */
  readonly suspendedBy?: string | undefined;
}

/**
 * Permissions as GitHub answers them. A level that is none of ours is read as
 * `admin`, the one that can never pass as narrower than it is.
 */
export const permissionsSchema: v.GenericSchema<unknown, Permissions> = v.pipe(
  v.record(v.string(), v.string()),
  v.transform((granted) =>
    Object.fromEntries(
      Object.entries(granted).map(([name, level]) => [
        name,
        LEVELS.find((known) => known === level) ?? "admin",
      ]),
    ),
  ),
);

/** An installation as GitHub answers it. */
export const installationSchema: v.GenericSchema<unknown, Installation> = v.pipe(
  v.object({
    id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    app_slug: v.string(),
    account: v.nullish(v.object({ login: v.optional(v.string()), slug: v.optional(v.string()) })),
    target_type: v.string(),
    repository_selection: v.string(),
    permissions: permissionsSchema,
    html_url: v.string(),
    suspended_at: v.nullish(v.string()),
    suspended_by: v.nullish(v.object({ login: v.string() })),
  }),
  v.transform((installation) => ({
    id: installation.id,
    appSlug: installation.app_slug,
    owner: installation.account?.login ?? installation.account?.slug ?? "",
    targetType: installation.target_type,
    repositorySelection: installation.repository_selection,
    permissions: installation.permissions,
    htmlUrl: installation.html_url,
    suspendedAt: installation.suspended_at ?? undefined,
    suspendedBy: installation.suspended_by?.login,
  })),
);
