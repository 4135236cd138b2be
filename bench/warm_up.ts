import { requestActionsIdToken, webIdentityCredentials } from "../mod.ts";
import { appFrom, TOKEN } from "./app.ts";
import { ROLE } from "./job.ts";
import type { SandboxServer } from "./sandbox_server.ts";

const TOKENS = 60;

/** Warms a sandbox up: cold, it would add to every request the time of compiling itself. */
export async function warmUp({ env }: SandboxServer): Promise<void> {
  const withKeys = () => appFrom(env).createToken(TOKEN);
  const withRole = () => {
    const credentials = webIdentityCredentials({
      roleArn: ROLE,
      roleSessionName: "warm-up",
      region: env.AWS_REGION ?? "",
      endpoint: env.AWS_ENDPOINT_URL_STS,
      webIdentityToken: () => requestActionsIdToken({ env, audience: "sts.amazonaws.com" }),
    });
    return appFrom(env, { credentials }).createToken(TOKEN);
  };
  for (const mint of [withKeys, withRole]) await Promise.all(Array.from({ length: TOKENS }, mint));
}
