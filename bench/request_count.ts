import { createApp, credentialsFromEnvironment, kmsSigner } from "../mod.ts";
import { createSandbox, type SandboxRequest } from "../src/sandbox/mod.ts";

/** How many requests went where. */
export interface RequestCount {
  readonly kms: number;
  readonly github: number;
}

/** Counts the requests of a transcript. */
export function countRequests(requests: readonly SandboxRequest[]): RequestCount {
  const to = (service: string) => requests.filter((request) => request.service === service).length;
  return { kms: to("kms"), github: to("github") };
}

/** Counts what a hundred tokens of one App take: half of them at once, half one by one. */
export async function countHundredTokens(): Promise<RequestCount> {
  const sandbox = createSandbox();
  const { fetch } = sandbox;
  const credentials = credentialsFromEnvironment(sandbox.environment("http://localhost"));
  const app = createApp({
    appId: sandbox.world.app.clientId,
    fetch,
    signer: kmsSigner({ keyId: sandbox.keyArn, credentials, fetch }),
  });
  const mint = async () => {
    await app.createToken({ repositories: ["octo-org/hello"], permissions: { contents: "read" } });
  };
  await Promise.all(Array.from({ length: 50 }, mint));
  for (let minted = 50; minted < 100; minted++) await mint();
  if (sandbox.liveTokens !== 100)
    throw new Error(`There should be 100 tokens, there are ${sandbox.liveTokens}`);
  return countRequests(sandbox.requests);
}
