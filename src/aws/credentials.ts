import { AppTokenError, InputError } from "../errors.ts";

/** Credentials of an AWS principal that may use the key. */
export interface AwsCredentials {
  /** `AKIA…` for an IAM user, `ASIA…` for a session. */
  readonly accessKeyId: string;
  /** Signs the requests and is never sent. */
  readonly secretAccessKey: string;
  /** Present with temporary credentials; the empty string means absent. */
  readonly sessionToken?: string | undefined;
  /** Where they came from, for error messages: `"the environment"`. */
  readonly source?: string | undefined;
  /** When temporary credentials stop working. */
  readonly expiration?: Date | undefined;
}

/** Gives credentials when they are needed; asked before every request, so it should cache. */
export type AwsCredentialProvider = (options: {
  signal?: AbortSignal | undefined;
}) => Promise<AwsCredentials>;

// Anything outside of visible ASCII cannot stand in a header; a line break is the usual accident.
const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** Refuses credentials that cannot be sent, without showing them. */
export function checkCredentials(credentials: AwsCredentials): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken, source } = credentials;
  const from = source ? ` from ${source}` : "";
  if (!accessKeyId || !secretAccessKey) {
    const lacking = accessKeyId ? "secret access key" : "access key id";
    throw new AppTokenError(
      "aws_credentials_missing",
      `Cannot sign in to AWS: the credentials${from} lack the ${lacking}`,
    );
  }
  // The secret signs and is not sent, so whatever AWS made of it is fine; a line break is no part of it.
  if (!HEADER_SAFE.test(accessKeyId + (sessionToken ?? "")) || /\s/.test(secretAccessKey)) {
    throw new InputError(
      `Cannot use the AWS credentials${from}: one has white space or other characters that no such value has; copy them again`,
    );
  }
  return credentials;
}

/**
 * Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`
 * from an environment such as `process.env` or a Worker's `env`. The empty
 * string means unset.
 *
 * @throws {AppTokenError} `aws_credentials_missing` If one of the first two is unset.
 *
 * @example
 * ```ts
 * import { credentialsFromEnvironment } from "kms-app-token";
 *
 * const credentials = credentialsFromEnvironment(process.env);
 * ```
 */
export function credentialsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): AwsCredentials {
  const missing = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new AppTokenError(
      "aws_credentials_missing",
      `Cannot sign in to AWS: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not set; export the credentials of a principal that may call kms:Sign`,
    );
  }
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
    source: "the environment",
  };
}
