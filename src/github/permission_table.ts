import { InputError } from "../errors.ts";
import { nearestName } from "./nearest_name.ts";
import { LEVELS, type PermissionLevel, type Permissions } from "./permissions.ts";

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

/**
 * Refuses a level that a familiar permission cannot have.
 *
 * @throws {InputError} That names the levels it can have.
 */
export function checkLevels(permissions: Permissions): Permissions {
  for (const [name, level] of Object.entries(permissions)) {
    const levels = Object.hasOwn(PERMISSIONS, name) ? (PERMISSIONS[name] ?? []) : LEVELS;
    if (!levels.includes(level)) {
      throw new InputError(
        `Cannot ask for permission ${name}: "${level}" is not one of its levels (${levels.join(", ")})`,
      );
    }
  }
  return permissions;
}

/** One line for each permission that GitHub does not document: it may be new, or a typing error. */
export function unfamiliarPermissions(permissions: Readonly<Record<string, string>>): string[] {
  return Object.keys(permissions)
    .filter((name) => !Object.hasOwn(PERMISSIONS, name))
    .map((name) => {
      const nearest = nearestPermission(name);
      return `Permission ${name} is not in GitHub's documentation${nearest ? ` (did you mean ${nearest}?)` : ""}; passed on as it is`;
    });
}
