/**
 * GitHub App installation tokens whose app JWT is signed inside AWS KMS: the
 * private key is imported once and can never be read again. Web APIs only; the
 * same module runs on Bun, Deno, Node and Cloudflare Workers.
 *
 * @example Mint, use, revoke
 * ```ts
 * import { createApp, credentialsFromEnvironment, kmsSigner } from "kms-app-token";
 *
 * const app = createApp({
 *   appId: "Iv23liSandboxClient1",
 *   signer: kmsSigner({
 *     keyId: "arn:aws:kms:eu-west-1:111122223333:alias/github-app",
 *     credentials: credentialsFromEnvironment(process.env),
 *   }),
 * });
 * const { token } = await app.createToken({ repositories: ["octo-org/hello"], permissions: { contents: "read" } });
 * await fetch("https://api.github.com/repos/octo-org/hello/contents/README.md", {
 *   headers: { authorization: `Bearer ${token}` },
 * });
 * await app.revokeToken(token);
 * ```
 *
 * @module
 */
export { type App, type AppOptions, type CallOptions, createApp } from "./src/app.ts";
export { type AppId, type AppJwt, type AppJwtOptions, createAppJwt } from "./src/app_jwt.ts";
export {
  type AwsCredentialProvider,
  type AwsCredentials,
  credentialsFromEnvironment,
} from "./src/aws/credentials.ts";
export type { EndpointVariant } from "./src/aws/endpoint.ts";
export type { Environment } from "./src/aws/environment.ts";
export type { KmsKeyOptions } from "./src/aws/kms_client.ts";
export { kmsSigner } from "./src/aws/kms_signer.ts";
export type { AssumeRoleOptions, SessionCredentials } from "./src/aws/sts.ts";
export {
  type WebIdentityOptions,
  webIdentityCredentials,
} from "./src/aws/web_identity_credentials.ts";
export type { Clock } from "./src/clock.ts";
export {
  AppTokenError,
  type AppTokenErrorOptions,
  type AwsErrorCode,
  type ErrorCategory,
  type ErrorCode,
  type GithubErrorCode,
  InputError,
  type UnavailableErrorCode,
} from "./src/errors.ts";
export type { GithubOptions } from "./src/github/github_client.ts";
export type { Installation } from "./src/github/installation.ts";
export type {
  InstallationToken,
  TokenGrant,
  TokenRepository,
} from "./src/github/installation_token.ts";
export {
  LEVELS,
  type PermissionLevel,
  type Permissions,
  parsePermissions,
} from "./src/github/permissions.ts";
export { type RevokeOptions, revokeToken } from "./src/github/revoke_token.ts";
export type { InstallationQuery, TokenOptions } from "./src/github/target.ts";
export type { Fetch, FetchInit } from "./src/http_exchange.ts";
export type { Notice, OnNotice } from "./src/notice.ts";
export { type ActionsIdTokenOptions, requestActionsIdToken } from "./src/oidc/actions_id_token.ts";
export type { RetryOptions } from "./src/retry.ts";
export type { Signature, Signer, SignOptions } from "./src/signer.ts";
export { VERSION } from "./src/version.ts";
