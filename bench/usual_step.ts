import process from "node:process";
import { getInput, info, saveState, setFailed, setOutput, setSecret } from "@actions/core";
import { KMSClient } from "@aws-sdk/client-kms";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { createJwtBy } from "./usual_app_jwt.ts";

// actions/create-github-app-token as its forks change it to sign in KMS.
async function main(): Promise<void> {
  // Its credentials come from the environment, where it looks first.
  const kms = new KMSClient();
  const createJwt = createJwtBy(kms, getInput("kms-key-id", { required: true }));

  const { request } = new Octokit({ baseUrl: getInput("github-api-url") });
  const appId = getInput("client-id", { required: true });
  const auth = createAppAuth({ appId, createJwt, request });
  const [owner = "", repo = ""] = (process.env.GITHUB_REPOSITORY ?? "").split("/");
  const installation = await request("GET /repos/{owner}/{repo}/installation", {
    owner,
    repo,
    request: { hook: auth.hook },
  });
  const { token, expiresAt } = await auth({
    type: "installation",
    installationId: installation.data.id,
    repositoryNames: [repo],
    permissions: { contents: getInput("permission-contents") },
  });
  setSecret(token);
  setOutput("token", token);
  setOutput("installation-id", installation.data.id);
  setOutput("app-slug", installation.data.app_slug);
  saveState("token", token);
  saveState("expiresAt", expiresAt);
  info("Token created");
}

main().catch(setFailed);
