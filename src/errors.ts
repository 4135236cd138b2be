/** Who has to act on an error: the command line maps each to an exit code. */
export type ErrorCategory = "aws" | "github" | "unavailable";

/** AWS says no: credentials, key or permissions have to change. */
export type AwsErrorCode =
  | "aws_region_missing"
  | "aws_credentials_missing"
  | "aws_credentials_rejected"
  | "aws_credentials_expired"
  | "aws_clock_skew"
  | "aws_bad_response"
  | "sts_access_denied"
  | "sts_identity_provider_missing"
  | "sts_id_token_rejected"
  | "sts_refused"
  | "kms_access_denied"
  | "kms_key_not_found"
  | "kms_key_wrong_usage"
  | "kms_key_disabled"
  | "kms_key_invalid_state"
  | "kms_refused";

/** GitHub says no: the app, its installation or the request has to change. */
export type GithubErrorCode =
  | "app_key_mismatch"
  | "app_unknown"
  | "app_id_invalid"
  | "app_not_installed"
  | "repository_not_installed"
  | "enterprise_not_installed"
  | "installation_not_found"
  | "installation_suspended"
  | "permission_not_granted"
  | "permission_unknown"
  | "repository_not_accessible"
  | "token_wider_than_requested"
  | "id_token_missing"
  | "id_token_refused"
  | "github_clock_skew"
  | "github_refused"
  | "github_bad_response";

/** Nobody said no: the same call may succeed later. Only these are retried. */
export type UnavailableErrorCode =
  | "sts_unavailable"
  | "kms_throttled"
  | "kms_unavailable"
  | "github_rate_limited"
  | "github_unavailable"
  | "network_error"
  | "timeout";

/** The closed set of codes an {@link AppTokenError} can carry, one per cause. */
export type ErrorCode = AwsErrorCode | GithubErrorCode | UnavailableErrorCode;

// The codes of UnavailableErrorCode; a test holds the two against each other.
const UNAVAILABLE = /_(unavailable|throttled|rate_limited)$|^(network_error|timeout)$/;

/** What may accompany an {@link AppTokenError}. */
export interface AppTokenErrorOptions {
  /** What was caught, if anything. */
  cause?: unknown;
  /** HTTP status of the refusing answer. */
  status?: number | undefined;
  /** AWS request id (`x-amzn-requestid`) or GitHub request id (`x-github-request-id`). */
  requestId?: string | undefined;
  /** How long the answering server asked us to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
}

/**
 * A failure of the world outside: AWS, GitHub or the network between. The
 * message is one line that says what happened and what to change; it never
 * holds a token, a JWT or an AWS secret.
 *
 * Mistakes in the arguments of a call are an {@link InputError} instead.
 */
export class AppTokenError extends Error {
  /** Always `"AppTokenError"`, also when the code is minified. */
  override name = "AppTokenError";
  /** The cause, for programs. */
  readonly code: ErrorCode;
  /** HTTP status of the refusing answer, if there was one. */
  readonly status: number | undefined;
  /** Request id given by AWS or GitHub, for their support. */
  readonly requestId: string | undefined;
  /** How long the answering server asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  /** Made by this package; public so that tests can make one. */
  constructor(code: ErrorCode, message: string, options: AppTokenErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Who has to act: `"aws"`, `"github"`, or `"unavailable"` when trying again may help. */
  get category(): ErrorCategory {
    if (UNAVAILABLE.test(this.code)) return "unavailable";
    return /^(aws|kms|sts)_/.test(this.code) ? "aws" : "github";
  }
}

/** An argument that can never work: thrown before anything is sent. */
export class InputError extends TypeError {
  /** Always `"InputError"`, also when the code is minified. */
  override name = "InputError";
  /** Always `"invalid_input"`. */
  readonly code = "invalid_input";
}
