import { baseUrl } from "../base_url.ts";
import { AppTokenError, InputError } from "../errors.ts";
import { shownInput } from "../external_text.ts";
import { exchange, type Fetch, globalFetch, type HttpAnswer } from "../http_exchange.ts";
import type { OnNotice } from "../notice.ts";
import { beginCall, type RetryOptions, retry, retryPolicy } from "../retry.ts";
import type { AwsCredentials } from "./credentials.ts";
import { type EndpointVariant, regionalEndpoint } from "./endpoint.ts";
import type { RoleReference } from "./session_policy.ts";
import { stsError } from "./sts_error.ts";

/** Which role to assume, and how to reach STS. */
export interface AssumeRoleOptions extends EndpointVariant {
  /** `arn:aws:iam::<account>:role/<name>` */
  roleArn: string;
  /** Name of the session in CloudTrail: 2 to 64 letters, digits and `_+=,.@-`. */
  roleSessionName: string;
  /**
   * How long the session lasts, in seconds: 900 to 43200, and no more than the
   * role allows.
   * @default {900}
   */
  durationSeconds?: number | undefined;
  /** A session policy in JSON, which narrows what the role allows; 2048 characters at most. */
  policy?: string | undefined;
  /** AWS Region whose STS to ask. */
  region: string;
  /** Another URL than the Region's own. */
  endpoint?: string | undefined;
  /** Sends the requests. @default {globalThis.fetch} */
  fetch?: Fetch | undefined;
  /** How long to keep trying. */
  retry?: RetryOptions | undefined;
  /** Told of retries. */
  onNotice?: OnNotice | undefined;
}

/** Credentials of an assumed role. */
export interface SessionCredentials extends AwsCredentials {
  /** Of no fixed length. */
  readonly sessionToken: string;
  /** When the session ends. */
  readonly expiration: Date;
}

// STS AssumeRoleWithWebIdentity: DurationSeconds 900 to 43200, RoleSessionName [\w+=,.@-]{2,64}, Policy up to 2048.
const DURATION = { least: 900, most: 43_200 };

/**
 * Reads the ARN of an IAM role.
 *
 * @throws {InputError} If it is none.
 */
export function roleReference(arn: string): RoleReference {
  const match = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/.exec(arn);
  if (!match) {
    throw new InputError(
      `Cannot assume role${shownInput(arn)}: write its ARN, arn:aws:iam::<account>:role/<name>`,
    );
  }
  return { arn, partition: match[1] ?? "", accountId: match[2] ?? "" };
}

/** Checks the options that can be wrong before anything is sent. */
export function checkAssumeRole({
  roleArn,
  roleSessionName,
  durationSeconds,
  policy = "",
}: AssumeRoleOptions): void {
  roleReference(roleArn);
  if (!/^[\w+=,.@-]{2,64}$/.test(roleSessionName)) {
    throw new InputError(
      `Cannot use role session name${shownInput(roleSessionName)}: 2 to 64 letters, digits and _+=,.@- are allowed`,
    );
  }
  if (
    durationSeconds !== undefined &&
    (!Number.isInteger(durationSeconds) ||
      durationSeconds < DURATION.least ||
      durationSeconds > DURATION.most)
  ) {
    throw new InputError(
      `Cannot use a session of ${durationSeconds} seconds: give a whole number from ${DURATION.least} to ${DURATION.most}`,
    );
  }
  if (policy.length > 2048)
    throw new InputError(
      `Cannot use a session policy of ${policy.length} characters: 2048 are allowed`,
    );
}

// STS answers in XML whose texts stand in leaf elements of known names.
function leaf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  const entities: Readonly<Record<string, string>> = {
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    amp: "&",
  };
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? "");
}

/**
 * Exchanges an OIDC token for a session of an IAM role: STS
 * `AssumeRoleWithWebIdentity`. The token is the proof, so the request is not
 * signed.
 *
 * @throws {InputError} If an option can never work.
 * @throws {AppTokenError} `sts_access_denied`, `sts_identity_provider_missing`,
 * `sts_id_token_rejected`, `sts_refused`, `sts_unavailable`.
 */
export async function assumeRoleWithWebIdentity(
  webIdentityToken: string,
  options: AssumeRoleOptions,
  signal?: AbortSignal,
): Promise<SessionCredentials> {
  const {
    roleArn,
    roleSessionName,
    durationSeconds = DURATION.least,
    policy,
    region,
    fetch = globalFetch,
    onNotice,
  } = options;
  checkAssumeRole(options);
  const url = baseUrl(options.endpoint || regionalEndpoint("sts", region, options), "STS endpoint");
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: roleSessionName,
    WebIdentityToken: webIdentityToken,
    DurationSeconds: String(durationSeconds),
    ...(policy === undefined ? {} : { Policy: policy }),
  });
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const request = {
    peer: "aws",
    method: "POST",
    url,
    headers,
    body: form.toString(),
    secrets: [webIdentityToken],
  } as const;
  const attempt = async (bounded: AbortSignal): Promise<HttpAnswer> => {
    const answer = await exchange(fetch, request, bounded);
    if (answer.status === 200) return answer;
    const refusal = {
      code: answer.quote(leaf(answer.text, "Code") ?? `HTTP ${answer.status}`),
      message: answer.quote(leaf(answer.text, "Message") ?? ""),
      status: answer.status,
      requestId: /^[\w-]{1,100}$/.exec(leaf(answer.text, "RequestId") ?? "")?.[0],
    };
    throw stsError(refusal, roleArn, region, webIdentityToken);
  };
  const retryPolicyUsed = retryPolicy(options.retry);
  const answer = await retry(attempt, {
    what: "STS AssumeRoleWithWebIdentity",
    policy: retryPolicyUsed,
    call: beginCall(retryPolicyUsed, signal),
    onNotice,
  });
  const accessKeyId = leaf(answer.text, "AccessKeyId");
  const secretAccessKey = leaf(answer.text, "SecretAccessKey");
  const sessionToken = leaf(answer.text, "SessionToken");
  const expiration = new Date(leaf(answer.text, "Expiration") ?? Number.NaN);
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) {
    throw new AppTokenError(
      "aws_bad_response",
      `STS at ${url.host} answered 200 with something that is no session; check the endpoint and any proxy on the way`,
      { status: 200 },
    );
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration, source: `role ${roleArn}` };
}
