import { type RsaKey, unverifiedClaims, verifyJwt } from "./rsa_key.ts";
import type { SandboxApp } from "./world.ts";

// GitHub: "The time must be no more than 10 minutes into the future."
const MAX_LIFETIME_SECONDS = 600;
// GitHub tolerates an iat slightly ahead; the recommended 60 s in the past allow for drift.
const IAT_TOLERANCE_SECONDS = 60;

function refuseIssuer(issuer: unknown, app: SandboxApp): string | undefined {
  if (issuer === undefined || issuer === null) {
    return "Missing 'issuer' claim ('iss') in assertion";
  }
  const text = typeof issuer === "string" || typeof issuer === "number" ? String(issuer) : "";
  if (text === app.clientId || text === String(app.id)) return undefined;
  // What looks like neither kind of id, a hidden character at its end say, is taken for a bad app id.
  return /^(?:\d+|Iv[\w.]+)$/.test(text)
    ? "Integration not found"
    : "'Issuer' claim ('iss') must be an Integer";
}

/** Checks an app JWT as GitHub does; gives GitHub's message if it is refused. */
export async function refuseAppJwt(
  jwt: string,
  app: SandboxApp,
  key: RsaKey,
  now: Date,
): Promise<string | undefined> {
  const undecodable = "A JSON web token could not be decoded";
  const unverified = unverifiedClaims(jwt);
  if (!unverified) return undecodable;
  // Before the signature: without an app there is no key to check it with.
  const wrongIssuer = refuseIssuer(unverified.iss, app);
  if (wrongIssuer) return wrongIssuer;
  const claims = await verifyJwt(jwt, key);
  if (!claims) return undecodable;
  const seconds = now.getTime() / 1000;
  const { exp, iat } = claims;
  if (!isInteger(iat) || iat > seconds + IAT_TOLERANCE_SECONDS) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued.";
  }
  if (!isInteger(exp) || exp <= seconds) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires.";
  }
  if (exp > seconds + MAX_LIFETIME_SECONDS) {
    return "'Expiration time' claim ('exp') is too far in the future";
  }
  return undefined;
}

const isInteger = (value: unknown): value is number => Number.isInteger(value);
