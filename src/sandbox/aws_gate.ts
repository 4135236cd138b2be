import type { AwsPrincipal, FindPrincipal } from "./aws_principal.ts";
import {
  expectedSignature,
  formatAmzDate,
  parseAmzDate,
  parseAuthorization,
  type ReceivedRequest,
  type SignatureV4,
} from "./sigv4_verifier.ts";

/** What AWS answers instead of a result. */
export interface AwsFault {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** A request that passed the gate. */
export interface SignedIn {
  readonly principal: AwsPrincipal;
  readonly region: string;
}

/** What signatures for a host have to be scoped to. */
export interface ExpectedScope {
  readonly service: string;
  /** Nothing when the host names none. */
  readonly region: string | undefined;
}

const MAX_CLOCK_DIFFERENCE_MS = 5 * 60_000;

const fault = (type: string, message: string): AwsFault => ({ status: 400, type, message });

function clockFault(amzDate: string, now: Date): AwsFault | undefined {
  const differenceMs = parseAmzDate(amzDate) - now.getTime();
  const server = formatAmzDate(now);
  const limit = (ms: number) => formatAmzDate(new Date(now.getTime() + ms));
  if (differenceMs < -MAX_CLOCK_DIFFERENCE_MS) {
    return fault(
      "InvalidSignatureException",
      `Signature expired: ${amzDate} is now earlier than ${limit(-MAX_CLOCK_DIFFERENCE_MS)} (${server} - 5 min.)`,
    );
  }
  if (differenceMs > MAX_CLOCK_DIFFERENCE_MS) {
    return fault(
      "InvalidSignatureException",
      `Signature not yet current: ${amzDate} is still later than ${limit(MAX_CLOCK_DIFFERENCE_MS)} (${server} + 5 min.)`,
    );
  }
  return undefined;
}

function scopeFault(
  { date, region, service }: SignatureV4,
  amzDate: string,
  expected: ExpectedScope,
): AwsFault | undefined {
  const invalid = (message: string) => fault("InvalidSignatureException", message);
  const requestDate = amzDate.slice(0, 8);
  if (service !== expected.service) {
    return invalid(`Credential should be scoped to correct service: '${expected.service}'.`);
  }
  if (date !== requestDate) {
    return invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${requestDate}', from '${amzDate}'.`,
    );
  }
  return region === (expected.region ?? region)
    ? undefined
    : invalid("Credential should be scoped to a valid region.");
}

/** Checks who sent a request, and when, as AWS does: recomputes the signature. */
export async function signIn(
  request: ReceivedRequest,
  expected: ExpectedScope,
  findPrincipal: FindPrincipal,
  now: Date,
): Promise<SignedIn | AwsFault> {
  const { headers } = request;
  const authorization = headers.get("authorization");
  if (!authorization) {
    return fault("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const claimed = parseAuthorization(authorization);
  const amzDate = headers.get("x-amz-date") ?? "";
  if (!claimed || Number.isNaN(parseAmzDate(amzDate))) {
    return fault(
      "IncompleteSignatureException",
      "Authorization header or date is not of Signature Version 4.",
    );
  }
  const unsigned = ["host", ...headers.keys()].find(
    (name) =>
      (name === "host" || name.startsWith("x-amz-")) && !claimed.signedHeaders.includes(name),
  );
  if (unsigned) {
    return fault(
      "InvalidSignatureException",
      `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`,
    );
  }
  const wrongScope = scopeFault(claimed, amzDate, expected);
  if (wrongScope) return wrongScope;
  const principal = findPrincipal(claimed.accessKeyId);
  if (
    !principal ||
    (principal.sessionToken ?? "") !== (headers.get("x-amz-security-token") ?? "")
  ) {
    return fault(
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    );
  }
  const wrongTime = clockFault(amzDate, now);
  if (wrongTime) return wrongTime;
  if (
    (await expectedSignature(request, claimed, principal.secretAccessKey)) !== claimed.signature
  ) {
    return fault(
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  }
  if (principal.expiration && Date.parse(principal.expiration) <= now.getTime()) {
    return fault("ExpiredTokenException", "The security token included in the request is expired");
  }
  return { principal, region: claimed.region };
}

/** An answer of an AWS JSON service. */
export function awsAnswer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": crypto.randomUUID(),
    },
  });
}

/** A fault as AWS spells it: AccessDenied has a capital `Message`. */
export function awsFaultAnswer({ status, type, message }: AwsFault): Response {
  const field = type === "AccessDeniedException" ? "Message" : "message";
  return awsAnswer(status, { __type: type, [field]: message });
}
