import { decodeBase64Url } from "../base64.ts";
import { externalText } from "../external_text.ts";

// What the trust policies of the field look at; none of it is a secret, unlike the signature.
const SHOWN = ["iss", "aud", "sub", "repository_id", "job_workflow_ref", "environment"];

/**
 * What an id token says of the job, for people: unverified, and without the
 * signature that would make it a token.
 */
export function describeIdToken(idToken: string): string {
  let claims: Record<string, unknown>;
  try {
    claims = JSON.parse(new TextDecoder().decode(decodeBase64Url(idToken.split(".")[1] ?? "")));
  } catch {
    return "it cannot be read";
  }
  const shown = SHOWN.filter((name) => claims[name] !== undefined).map(
    (name) => `${name} ${externalText(String(claims[name]))}`,
  );
  const isImmutable = typeof claims.sub === "string" && /^repo:[^/]*@\d+\//.test(claims.sub);
  const note = isImmutable
    ? "; this repository's sub has the ids of owner and repository in it (@…), so a pattern with the names alone does not match"
    : "";
  return `${shown.join(", ")}${note}`;
}
