import { type RsaKey, unverifiedClaims, verifyJwt } from "./rsa_key.ts";
import type { SandboxApp } from "./world.ts";

// GitHub: "The time must be no more than 10 minutes into the future."
const MAX_LIFETIME_SECONDS = 600;
// GitHub tolerates an iat slightly ahead; the recommended 60 s in the past allow for drift.
const IAT_TOLERANCE_SECONDS = 60;

/** Checks an app JWT as GitHub does; gives GitHub's message if it is refused. */
export async function refuseAppJwt(
  jwt: string,
  app: SandboxApp,
  key: RsaKey,
  now: Date,
): Promise<string | undefined> {
  const claims = await verifyJwt(jwt, key);
  const issuer = unverifiedClaims(jwt)?.iss;
  if (
    issuer !== undefined &&
    String(issuer) !== app.clientId &&
    String(issuer) !== String(app.id)
  ) {
    return typeof issuer === "number" || typeof issuer === "string"
      ? "Integration not found"
      : "'Issuer' claim ('iss') must be an Integer";
  }
  if (!claims) return "A JSON web token could not be decoded";
  const seconds = now.getTime() / 1000;
  const { exp, iat } = claims;
  if (typeof iat !== "number" || iat > seconds + IAT_TOLERANCE_SECONDS) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued.";
  }
  if (typeof exp !== "number" || exp <= seconds) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires.";
  }
  if (exp > seconds + MAX_LIFETIME_SECONDS) {
    return "'Expiration time' claim ('exp') is too far in the future";
  }
  return undefined;
}
