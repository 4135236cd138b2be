import { InputError } from "../errors.ts";
import { externalText } from "../external_text.ts";
import { nearestName } from "./nearest_name.ts";

/** Levels of access, each including those before it. */
export const LEVELS = ["read", "write", "admin"] as const;

/** How much a permission allows. */
export type PermissionLevel = (typeof LEVELS)[number];

/** Permission names, as GitHub spells them, with a level each: `{ contents: "read" }`. */
export type Permissions = Readonly<Record<string, PermissionLevel>>;

const READ_WRITE = ["read", "write"] as const;

/**
 * The permissions GitHub documents, with the levels each can have: the schema
 * `app-permissions` of GitHub's OpenAPI description 23.0.2, with the
 * enterprise names of GHEC and GHES 3.19. GitHub adds some before it documents
 * them, so a name that is not here is unfamiliar, not wrong.
 */
export const PERMISSIONS: Readonly<Record<string, readonly PermissionLevel[]>> = {
  actions: READ_WRITE,
  administration: READ_WRITE,
  artifact_metadata: READ_WRITE,
  attestations: READ_WRITE,
  checks: READ_WRITE,
  code_quality: READ_WRITE,
  codespaces: READ_WRITE,
  contents: READ_WRITE,
  custom_properties_for_organizations: READ_WRITE,
  dependabot_secrets: READ_WRITE,
  deployments: READ_WRITE,
  discussions: READ_WRITE,
  email_addresses: READ_WRITE,
  enterprise_administration: READ_WRITE,
  enterprise_custom_properties: LEVELS,
  enterprise_custom_properties_for_organizations: LEVELS,
  enterprise_organization_installation_repositories: READ_WRITE,
  enterprise_organization_installations: READ_WRITE,
  environments: READ_WRITE,
  followers: READ_WRITE,
  git_ssh_keys: READ_WRITE,
  gpg_keys: READ_WRITE,
  interaction_limits: READ_WRITE,
  issues: READ_WRITE,
  members: READ_WRITE,
  merge_queues: READ_WRITE,
  metadata: READ_WRITE,
  organization_administration: READ_WRITE,
  organization_announcement_banners: READ_WRITE,
  organization_copilot_agent_settings: READ_WRITE,
  organization_copilot_seat_management: READ_WRITE,
  organization_custom_org_roles: READ_WRITE,
  organization_custom_properties: LEVELS,
  organization_custom_roles: READ_WRITE,
  organization_events: ["read"],
  organization_hooks: READ_WRITE,
  organization_packages: READ_WRITE,
  organization_personal_access_token_requests: READ_WRITE,
  organization_personal_access_tokens: READ_WRITE,
  organization_plan: ["read"],
  organization_projects: LEVELS,
  organization_secrets: READ_WRITE,
  organization_self_hosted_runners: READ_WRITE,
  organization_user_blocking: READ_WRITE,
  packages: READ_WRITE,
  pages: READ_WRITE,
  profile: ["write"],
  pull_requests: READ_WRITE,
  repository_custom_properties: READ_WRITE,
  repository_hooks: READ_WRITE,
  repository_projects: LEVELS,
  secret_scanning_alerts: READ_WRITE,
  secrets: READ_WRITE,
  security_events: READ_WRITE,
  single_file: READ_WRITE,
  starring: READ_WRITE,
  statuses: READ_WRITE,
  vulnerability_alerts: READ_WRITE,
  workflows: ["write"],
};

/** The familiar permission closest to `name`, if any is close. */
export function nearestPermission(name: string): string | undefined {
  return nearestName(name, Object.keys(PERMISSIONS));
}

/** Whether `granted` allows all that `asked` does; no level at all allows nothing. */
export function covers(granted: PermissionLevel | undefined, asked: PermissionLevel): boolean {
  return granted !== undefined && LEVELS.indexOf(granted) >= LEVELS.indexOf(asked);
}

function checkLevel(name: string, level: string): PermissionLevel {
  const levels = PERMISSIONS[name] ?? LEVELS;
  const known = levels.find((candidate) => candidate === level);
  if (!known) {
    throw new InputError(
      `Cannot ask for permission ${name}: "${externalText(level)}" is not one of its levels (${levels.join(", ")})`,
    );
  }
  return known;
}

/**
 * Checks permissions before they are sent. Unfamiliar names pass.
 *
 * @throws {InputError} If there is none, or a name or level can never work.
 */
export function checkPermissions(permissions: Readonly<Record<string, string>>): Permissions {
  const entries = Object.entries(permissions);
  if (entries.length === 0) {
    throw new InputError(
      "Cannot ask for no permissions: GitHub would grant all the installation has; name at least one, or leave permissions out to get all",
    );
  }
  return Object.fromEntries(
    entries.map(([name, level]) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) {
        throw new InputError(
          `Cannot ask for permission "${externalText(name)}": write names as GitHub does, in lower case with underscores`,
        );
      }
      return [name, checkLevel(name, level)];
    }),
  );
}

/**
 * Reads `name: level` pairs, separated by commas or line breaks. A dash in a
 * name is read as an underscore.
 *
 * @throws {InputError} If the text is anything else.
 *
 * @example
 * ```ts
 * import { parsePermissions } from "kms-app-token";
 *
 * parsePermissions("contents: read, pull-requests: write"); // { contents: "read", pull_requests: "write" }
 * ```
 */
export function parsePermissions(text: string): Permissions {
  const permissions: Record<string, string> = {};
  const withoutComments = text.replace(/(^|\s)#.*$/gm, "");
  for (const part of withoutComments.split(/[,\n]/)) {
    const pair = part.trim();
    if (pair === "") continue;
    const match = /^([A-Za-z][\w-]*)\s*:\s*([A-Za-z]+)$/.exec(pair);
    if (!match) {
      throw new InputError(
        `Cannot read permissions at "${externalText(pair)}": write name: level pairs, one a line or separated by commas, as in contents: read, issues: write`,
      );
    }
    const name = (match[1] ?? "").toLowerCase().replaceAll("-", "_");
    if (name in permissions)
      throw new InputError(`Cannot read permissions: ${name} stands there twice`);
    permissions[name] = (match[2] ?? "").toLowerCase();
  }
  return checkPermissions(permissions);
}
