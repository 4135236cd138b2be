/** Who has to act on an error: the command line maps each to an exit code. */
export type ErrorCategory = "aws" | "github" | "unavailable";

/** Every way the world can fail, one code per cause, with who has to act on it. */
export const ERROR_CATEGORIES = {
  // AWS says no: credentials, key or permissions have to change.
  aws_region_missing: "aws",
  aws_credentials_missing: "aws",
  aws_credentials_rejected: "aws",
  aws_credentials_expired: "aws",
  aws_clock_skew: "aws",
  aws_bad_response: "aws",
  kms_access_denied: "aws",
  kms_key_not_found: "aws",
  kms_key_wrong_usage: "aws",
  kms_key_disabled: "aws",
  kms_key_invalid_state: "aws",
  kms_refused: "aws",
  // GitHub says no: the app, its installation or the request has to change.
  app_key_mismatch: "github",
  app_unknown: "github",
  app_id_invalid: "github",
  app_not_installed: "github",
  repository_not_installed: "github",
  enterprise_not_installed: "github",
  installation_not_found: "github",
  installation_suspended: "github",
  permission_not_granted: "github",
  permission_unknown: "github",
  repository_not_accessible: "github",
  token_wider_than_requested: "github",
  github_clock_skew: "github",
  github_refused: "github",
  github_bad_response: "github",
  // Nobody said no: the same call may succeed later. Only these are retried.
  kms_throttled: "unavailable",
  kms_unavailable: "unavailable",
  github_rate_limited: "unavailable",
  github_unavailable: "unavailable",
  network_error: "unavailable",
  timeout: "unavailable",
} as const;

/** The closed set of codes an {@link AppTokenError} can carry. */
export type ErrorCode = keyof typeof ERROR_CATEGORIES;

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
    return ERROR_CATEGORIES[this.code];
  }
}

/** An argument that can never work: thrown before anything is sent. */
export class InputError extends TypeError {
  /** Always `"InputError"`, also when the code is minified. */
  override name = "InputError";
  /** Always `"invalid_input"`. */
  readonly code = "invalid_input";
}
