import { AppTokenError, type ErrorCode } from "../errors.ts";
import { type AwsRefusal, isServerFault, isSignatureOrDate, isThrottling } from "./aws_refusal.ts";
import type { AwsCredentials } from "./credentials.ts";
import type { KeyReference } from "./key_id.ts";

function deniedSide(message: string): string {
  // AWS names the side that refused in half a sentence; it is only repeated to the user, nothing depends on it.
  if (/explicit deny/.test(message)) return "a policy denies it explicitly";
  switch (
    /no (resource|identity|session)-based policy|no (session) policy/
      .exec(message)
      ?.slice(1)
      .find(Boolean)
  ) {
    case "resource":
      return "the key policy does not allow it: add the principal there with kms:Sign";
    case "identity":
      return "the role's own policy does not allow it: add kms:Sign on the key's ARN there";
    case "session":
      return "the session policy does not allow it";
  }
  return "allow kms:Sign in the key policy or the role's policy (another account's key needs both), and check their conditions on algorithm, message type and alias";
}

function stateAdvice(message: string): string {
  const state =
    /\b(Creating|PendingImport|PendingDeletion|PendingReplicaDeletion|Unavailable|Updating)\b|pending (import|deletion)/i
      .exec(message)?.[0]
      .replace(/\s/g, "")
      .toLowerCase();
  switch (state) {
    case "pendingimport":
      return "its key material is missing or has expired: import the same private key again";
    case "pendingdeletion":
    case "pendingreplicadeletion":
      return "it is scheduled for deletion: aws kms cancel-key-deletion, then aws kms enable-key";
    case "creating":
    case "updating":
      return "it is being changed: try again in a minute";
    default:
      return "see its state with aws kms describe-key";
  }
}

/** Turns a refusal of KMS into the error that says what to change. */
export function kmsError(
  operation: string,
  key: KeyReference,
  url: URL,
  refusal: AwsRefusal,
  credentials: AwsCredentials,
): AppTokenError {
  const { type, message, status, requestId } = refusal;
  const start = `Cannot ${operation === "Sign" ? "sign" : `call ${operation}`} with KMS key ${key.keyId}`;
  const said = message ? ` (AWS: ${message})` : "";
  const from = credentials.source ? ` from ${credentials.source}` : "";
  const error = (code: ErrorCode, text: string) =>
    new AppTokenError(code, `${start}: ${text}`, { status, requestId });

  if (isThrottling(refusal)) {
    return error(
      "kms_throttled",
      `AWS throttles it (${type}); the account's RSA requests in ${key.region} share one quota, 1,000 a second unless raised`,
    );
  }
  if (isServerFault(refusal))
    return error("kms_unavailable", `AWS has a fault of its own in ${key.region} (${type})${said}`);
  if (isSignatureOrDate(refusal)) {
    // Only this much of the text is looked at, and none is shown: it may repeat signed headers, a session token among them.
    const isDate = /^Signature (expired|not yet current)/.test(message) || !/Signature/.test(type);
    return isDate
      ? error(
          "aws_clock_skew",
          "AWS refuses the time of the request, and its answer has no other to correct it by; set this machine's clock",
        )
      : error(
          "aws_credentials_rejected",
          `AWS does not accept the signature; the secret access key${from} does not belong to the access key id`,
        );
  }
  switch (type) {
    case "AccessDeniedException":
    case "AccessDenied":
      return error("kms_access_denied", `access denied; ${deniedSide(message)}${said}`);
    case "NotFoundException":
      return error(
        "kms_key_not_found",
        `no such key in ${key.region} at ${url.host}; check Region and account, or give the key ARN${said}`,
      );
    case "DisabledException":
      return error(
        "kms_key_disabled",
        `the key is disabled; aws kms enable-key --region ${key.region} --key-id <key id>`,
      );
    case "InvalidKeyUsageException":
      return error(
        "kms_key_wrong_usage",
        `the key cannot make RS256 signatures; it has to be an RSA_2048 key for SIGN_VERIFY, and neither can be changed later${said}`,
      );
    case "KMSInvalidStateException":
      return error(
        "kms_key_invalid_state",
        `the key is not usable; ${stateAdvice(message)}${said}`,
      );
    case "ExpiredTokenException":
    case "ExpiredToken":
      return error(
        "aws_credentials_expired",
        `the AWS session${from} has expired${credentials.expiration ? ` (${credentials.expiration.toISOString()})` : ""}; sign in again`,
      );
    case "UnrecognizedClientException":
    case "InvalidClientTokenId":
    case "InvalidAccessKeyId":
    case "IncompleteSignature":
    case "IncompleteSignatureException":
    case "MissingAuthenticationTokenException":
    case "MissingAuthenticationToken":
      return error(
        "aws_credentials_rejected",
        `AWS does not know the credentials${from} (${type}); temporary ones need all three of access key id, secret access key and session token`,
      );
    default:
      return error("kms_refused", `${type}${said}`);
  }
}
