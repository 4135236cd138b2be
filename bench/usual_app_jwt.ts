import { Buffer } from "node:buffer";
import { type KMSClient, SignCommand } from "@aws-sdk/client-kms";

/** The `createJwt` of @octokit/auth-app with the key in KMS: called for every request as the app. */
export function createJwtBy(kms: KMSClient, keyId: string) {
  return async (appId: string | number, timeDifference = 0) => {
    const now = Math.floor(Date.now() / 1000) + timeDifference;
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const exp = now + 540;
    const signingInput = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({ iat: now - 60, exp, iss: appId })}`;
    const { Signature } = await kms.send(
      new SignCommand({
        KeyId: keyId,
        Message: Buffer.from(signingInput),
        MessageType: "RAW",
        SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
      }),
    );
    const signature = Buffer.from(Signature ?? []).toString("base64url");
    return { jwt: `${signingInput}.${signature}`, expiresAt: new Date(exp * 1000).toISOString() };
  };
}
