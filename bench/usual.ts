import { Buffer } from "node:buffer";
import process from "node:process";
import { KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";

const { env } = process;
const kms = new KMSClient({
  // Given, so that no search through files and metadata services is measured.
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
  },
});

// auth-app calls this for every request it makes as the app: it keeps installation tokens only.
async function createJwt(appId: string | number, timeDifference = 0) {
  const now = Math.floor(Date.now() / 1000) + timeDifference;
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const exp = now + 540;
  const signingInput = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({ iat: now - 60, exp, iss: appId })}`;
  const { Signature } = await kms.send(
    new SignCommand({
      KeyId: env.KMS_APP_TOKEN_KMS_KEY_ID,
      Message: Buffer.from(signingInput),
      MessageType: "RAW",
      SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
    }),
  );
  const signature = Buffer.from(Signature ?? []).toString("base64url");
  return { jwt: `${signingInput}.${signature}`, expiresAt: new Date(exp * 1000).toISOString() };
}

const { request } = new Octokit({ baseUrl: env.GITHUB_API_URL ?? "" });
const auth = createAppAuth({ appId: env.KMS_APP_TOKEN_CLIENT_ID ?? "", createJwt, request });
const installation = await request("GET /repos/{owner}/{repo}/installation", {
  owner: "octo-org",
  repo: "hello",
  request: { hook: auth.hook },
});
const { token } = await auth({
  type: "installation",
  installationId: installation.data.id,
  repositoryNames: ["hello"],
  permissions: { contents: "read" },
});
console.log(token ? "ok" : "no token");
