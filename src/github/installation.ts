import * as v from "valibot";
import type { HttpAnswer } from "../http_exchange.ts";
import { parseJsonAnswer } from "../json_answer.ts";
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

/** Permissions in an answer, before {@link permissionsFrom}. */
export const permissionsSchema: v.GenericSchema<unknown, Record<string, string>> = v.custom<
  Record<string, string>
>(
  (answered) =>
    typeof answered === "object" &&
    answered !== null &&
    Object.values(answered).every((level) => typeof level === "string"),
);

/**
 * Permissions as GitHub answers them. A level that is none of ours is read as
 * `admin`, the one that can never pass as narrower than it is.
 */
export function permissionsFrom(answered: Record<string, string>): Permissions {
  const known = (level: string) => LEVELS.find((each) => each === level) ?? "admin";
  return Object.fromEntries(Object.entries(answered).map(([name, level]) => [name, known(level)]));
}

const schema = v.object({
  id: v.number(),
  app_slug: v.string(),
  account: v.nullish(v.object({ login: v.nullish(v.string()), slug: v.nullish(v.string()) })),
  target_type: v.string(),
  repository_selection: v.string(),
  permissions: permissionsSchema,
  html_url: v.string(),
  suspended_at: v.nullish(v.string()),
  suspended_by: v.nullish(v.object({ login: v.string() })),
});

/** Reads an installation as GitHub answers it. */
export function parseInstallation(answer: HttpAnswer, what: string): Installation {
  const installation = parseJsonAnswer(answer, schema, what);
  return {
    id: installation.id,
    appSlug: installation.app_slug,
    owner: installation.account?.login ?? installation.account?.slug ?? "",
    targetType: installation.target_type,
    repositorySelection: installation.repository_selection,
    permissions: permissionsFrom(installation.permissions),
    htmlUrl: installation.html_url,
    suspendedAt: installation.suspended_at ?? undefined,
    suspendedBy: installation.suspended_by?.login,
  };
}
