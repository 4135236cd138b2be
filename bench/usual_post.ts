import { getInput, getState, info, setFailed } from "@actions/core";
import { Octokit } from "@octokit/core";

// The post step of actions/create-github-app-token.
async function main(): Promise<void> {
  const token = getState("token");
  if (!token || Date.parse(getState("expiresAt")) < Date.now()) return;
  const { request } = new Octokit({ baseUrl: getInput("github-api-url") });
  await request("DELETE /installation/token", { headers: { authorization: `token ${token}` } });
  info("Token revoked");
}

main().catch(setFailed);
