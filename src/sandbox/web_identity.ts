import type { QueryFault } from "./aws_query.ts";
import { type RsaKey, unverifiedClaims, verifyJwt } from "./rsa_key.ts";
import type { SandboxIdentityProvider } from "./world.ts";

/** What an id token proves once STS has accepted it. */
export interface WebIdentity {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

/** What STS knows of the issuer of id tokens. */
export interface IssuerKnowledge {
  readonly provider: SandboxIdentityProvider;
  /** Whether the sandbox itself issues id tokens in this name. */
  serves(issuer: string): boolean;
  readonly key: RsaKey;
}

const invalid = (message: string): QueryFault => ({
  status: 400,
  code: "InvalidIdentityToken",
  message,
});

/** Checks an id token as STS does. */
export async function readWebIdentity(
  token: string,
  { provider, serves, key }: IssuerKnowledge,
  now: Date,
): Promise<WebIdentity | QueryFault> {
  const unverified = unverifiedClaims(token);
  if (!unverified) {
    return invalid(
      "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    );
  }
  const issuer = String(unverified.iss ?? "");
  if (!provider.registered || !serves(issuer)) {
    return invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  const claims = await verifyJwt(token, key);
  if (!claims) return invalid("Token signature invalid");
  const { aud, sub, exp } = claims;
  if (typeof aud !== "string" || !provider.audiences.includes(aud)) {
    return invalid("Incorrect token audience");
  }
  const seconds = Math.floor(now.getTime() / 1000);
  if (typeof exp !== "number" || exp <= seconds) {
    return {
      status: 400,
      code: "ExpiredTokenException",
      message: `Token expired: current date/time ${seconds} must be before the expiration date/time ${exp}`,
    };
  }
  if (typeof sub !== "string") return invalid("Missing a required claim: sub");
  return { issuer, audience: aud, subject: sub };
}
