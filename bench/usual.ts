import process from "node:process";
import { KMSClient } from "@aws-sdk/client-kms";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { createJwtBy } from "./usual_app_jwt.ts";

const { env } = process;
const kms = new KMSClient({
  // Given, so that no search through files and metadata services is measured.
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
  },
});
const createJwt = createJwtBy(kms, env.KMS_APP_TOKEN_KMS_KEY_ID ?? "");

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
