import { type RsaKey, signJwt } from "./rsa_key.ts";
import type { SandboxWorld } from "./world.ts";

/** What the runner hands to a job with `id-token: write`. */
export const REQUEST_TOKEN = "sandbox-id-token-request-token";

const KEY_ID = "sandbox-1";
// Seen in GitHub's id tokens: nbf 10 minutes before iat, exp 5 minutes after.
const BACKDATED_SECONDS = 600;
const LIFETIME_SECONDS = 300;

/** Answers requests for id tokens and for the keys that verify them. */
export async function answerIssuer(
  request: Request,
  path: string,
  issuer: string,
  world: SandboxWorld,
  now: Date,
  key: RsaKey,
): Promise<Response> {
  if (path === "/.well-known/openid-configuration") {
    return Response.json({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks`,
      id_token_signing_alg_values_supported: ["RS256"],
    });
  }
  if (path === "/.well-known/jwks") {
    return Response.json({
      keys: [{ kty: "RSA", use: "sig", alg: "RS256", kid: KEY_ID, ...key.publicJwk }],
    });
  }
  if (path !== "/id-token") return Response.json({ message: "Not Found" }, { status: 404 });
  if (request.headers.get("authorization")?.replace(/^bearer /i, "") !== REQUEST_TOKEN) {
    return Response.json({ message: "Unauthorized" }, { status: 401 });
  }
  const seconds = Math.floor(now.getTime() / 1000);
  const audience = new URL(request.url).searchParams.get("audience");
  const value = await signJwt(
    {
      // Without an audience GitHub takes the owner's URL.
      aud: audience ?? `https://github.com/${world.idTokenClaims.repository_owner ?? ""}`,
      ...world.idTokenClaims,
      iss: issuer,
      jti: crypto.randomUUID(),
      iat: seconds,
      nbf: seconds - BACKDATED_SECONDS,
      exp: seconds + LIFETIME_SECONDS,
    },
    key,
    KEY_ID,
  );
  return Response.json({ count: 1, value });
}
