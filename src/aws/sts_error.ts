import { AppTokenError, type ErrorCode } from "../errors.ts";
import { describeIdToken } from "../oidc/id_token_claims.ts";

/** What STS said instead of a session. */
export interface StsRefusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string | undefined;
}

/** Turns a refusal of STS into the error that says what to change. */
export function stsError(
  refusal: StsRefusal,
  roleArn: string,
  region: string,
  idToken: string,
): AppTokenError {
  const { code, message, status, requestId } = refusal;
  const start = `Cannot assume ${roleArn}`;
  const said = message ? ` (AWS: ${message})` : "";
  const error = (errorCode: ErrorCode, text: string) =>
    new AppTokenError(errorCode, `${start}: ${text}`, { status, requestId });
  // STS's own trouble in reaching GitHub comes as a 400, and is the one 400 worth repeating.
  if (
    status >= 500 ||
    status === 429 ||
    code === "IDPCommunicationError" ||
    code.startsWith("Throttl")
  ) {
    return error("sts_unavailable", `STS in ${region} could not do it now (${code})${said}`);
  }
  switch (code) {
    case "AccessDenied":
      return error(
        "sts_access_denied",
        `its trust policy does not admit this job, or there is no such role in that account. Compare the policy with the id token: ${describeIdToken(idToken)}${said}`,
      );
    case "InvalidIdentityToken":
      return /No OpenIDConnect provider/i.test(message)
        ? error(
            "sts_identity_provider_missing",
            `the account has no IAM identity provider for this issuer; aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com. The id token: ${describeIdToken(idToken)}${said}`,
          )
        : error(
            "sts_id_token_rejected",
            `AWS does not take the id token; its audience has to be in the client id list of the identity provider: ${describeIdToken(idToken)}${said}`,
          );
    case "ExpiredTokenException":
    case "IDPRejectedClaim":
      return error(
        "sts_id_token_rejected",
        `AWS does not take the id token (${code}): ${describeIdToken(idToken)}${said}`,
      );
    case "RegionDisabledException":
      return error(
        "sts_refused",
        `STS is not activated in ${region}; activate it in the account's settings, or use another Region${said}`,
      );
    case "PackedPolicyTooLarge":
      return error(
        "sts_refused",
        `the session policy and the session tags are too large together${said}`,
      );
    default:
      return error("sts_refused", `${code}${said}`);
  }
}
