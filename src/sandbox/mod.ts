/**
 * A local KMS, STS, GitHub and GitHub Actions id-token issuer that judge what
 * they receive: for demos, and for tests without an AWS account or a GitHub App.
 *
 * @module
 */
export { LEVELS, type PermissionLevel } from "../github/permissions.ts";
export type { SandboxFault, SandboxService } from "./fault.ts";
export {
  createSandbox,
  type Sandbox,
  type SandboxOptions,
  type SandboxRequest,
} from "./sandbox.ts";
export type {
  SandboxApp,
  SandboxIdentityProvider,
  SandboxInstallation,
  SandboxKey,
  SandboxKeyState,
  SandboxPrincipal,
  SandboxRepository,
  SandboxRole,
  SandboxWorld,
} from "./world.ts";
