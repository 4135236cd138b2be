import type { HttpAnswer } from "../http_exchange.ts";
import { requestId } from "../request_id.ts";

/** What an AWS JSON service said instead of a result. */
export interface AwsRefusal {
  /** Exception name without its namespace: `"AccessDeniedException"`. */
  readonly type: string;
  /** AWS's own sentence, safe for a message; empty if there was none. */
  readonly message: string;
  readonly status: number;
  readonly requestId: string | undefined;
  /** The `Date` header. */
  readonly date: string | null;
}

// botocore's standard retry mode, plus the faults that the KMS model marks as its own.
const THROTTLING = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottledException",
  "RequestThrottled",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "LimitExceededException",
  "SlowDown",
]);
const SERVER_FAULTS = new Set([
  "KMSInternalException",
  "KeyUnavailableException",
  "DependencyTimeoutException",
  "InternalFailure",
  "InternalServerException",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "RequestTimeout",
  "RequestTimeoutException",
  "PriorRequestNotComplete",
]);
// A request dated wrong: some services have a code for it, KMS calls it a bad signature.
const SIGNATURE_OR_DATE = new Set([
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "RequestInTheFuture",
]);

export const isThrottling = ({ type, status }: AwsRefusal): boolean =>
  status === 429 || THROTTLING.has(type);
export const isServerFault = ({ type, status }: AwsRefusal): boolean =>
  status >= 500 || SERVER_FAULTS.has(type);
export const isSignatureOrDate = ({ type }: AwsRefusal): boolean => SIGNATURE_OR_DATE.has(type);

/** Reads the JSON error of an AWS service; whatever else came back is described by its status. */
export function awsRefusal(answer: HttpAnswer): AwsRefusal {
  let type = "";
  let message = "";
  try {
    const body: unknown = JSON.parse(answer.text);
    const fields = (typeof body === "object" && body !== null ? body : {}) as Record<
      string,
      unknown
    >;
    if (typeof fields.__type === "string") type = fields.__type;
    // AccessDeniedException spells it Message, the others message.
    const text = fields.message ?? fields.Message;
    if (typeof text === "string") message = text;
  } catch {
    message = answer.text;
  }
  return {
    type: answer.quote(type.replace(/^.*#/, "").replace(/:.*$/, "")) || `HTTP ${answer.status}`,
    message: answer.quote(message),
    status: answer.status,
    requestId: requestId(answer, "x-amzn-requestid"),
    date: answer.headers.get("date"),
  };
}
