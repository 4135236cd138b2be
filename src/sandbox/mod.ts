/**
 * A local KMS, GitHub and GitHub Actions id-token issuer that judge what they
 * receive: for demos, and for tests without an AWS account or a GitHub App.
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
  SandboxInstallation,
  SandboxKey,
  SandboxKeyState,
  SandboxPrincipal,
  SandboxRepository,
  SandboxWorld,
} from "./world.ts";
