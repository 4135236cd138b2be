import { createSharedFlight } from "../shared_flight.ts";
import type { AwsCredentialProvider } from "./credentials.ts";
import {
  type AssumeRoleOptions,
  assumeRoleWithWebIdentity,
  checkAssumeRole,
  type SessionCredentials,
} from "./sts.ts";

/** Options of {@link webIdentityCredentials}. */
export interface WebIdentityOptions extends AssumeRoleOptions {
  /** Gives an OIDC token that the role's trust policy admits; asked whenever a session is needed. */
  webIdentityToken: (options: { signal?: AbortSignal | undefined }) => Promise<string>;
  /** Tells the time. @default {() => new Date()} */
  now?: (() => Date) | undefined;
}

// As the AWS SDKs do: a session that ends during a request is of no use.
const RENEW_BEFORE_MS = 5 * 60_000;
const JOIN_TIMEOUT_MS = 30_000;

/**
 * Credentials of an IAM role, got with an OIDC token and no stored secret. A
 * session is used until five minutes before it ends; concurrent callers share
 * one request for the next.
 *
 * @throws {InputError} If an option can never work.
 *
 * @example In a workflow job with `id-token: write`
 * ```ts
 * import { kmsSigner, requestActionsIdToken, webIdentityCredentials } from "kms-app-token";
 *
 * const signer = kmsSigner({
 *   keyId: "arn:aws:kms:eu-west-1:111122223333:alias/github-app",
 *   credentials: webIdentityCredentials({
 *     roleArn: "arn:aws:iam::111122223333:role/kms-app-token",
 *     roleSessionName: "release",
 *     region: "eu-west-1",
 *     webIdentityToken: ({ signal }) =>
 *       requestActionsIdToken({ env: process.env, audience: "sts.amazonaws.com", signal }),
 *   }),
 * });
 * console.log(typeof signer);
 * ```
 */
export function webIdentityCredentials(options: WebIdentityOptions): AwsCredentialProvider {
  const { webIdentityToken, now = () => new Date() } = options;
  checkAssumeRole(options);
  const flight = createSharedFlight<SessionCredentials>(JOIN_TIMEOUT_MS);
  let session: SessionCredentials | undefined;

  async function assume(): Promise<SessionCredentials> {
    const token = await webIdentityToken({});
    session = await assumeRoleWithWebIdentity(token, options);
    return session;
  }

  return async ({ signal }) => {
    if (session && session.expiration.getTime() - now().getTime() > RENEW_BEFORE_MS) return session;
    return await flight.run(assume, signal);
  };
}
