import { createSandbox, type SandboxRequest } from "../src/sandbox/mod.ts";
import { appFrom, TOKEN } from "./app.ts";

/** How many requests went where. */
export interface RequestCount {
  /** To GitHub Actions for id tokens. */
  readonly idToken: number;
  readonly sts: number;
  readonly kms: number;
  readonly github: number;
}

/** Counts the requests of a transcript. */
export function countRequests(requests: readonly SandboxRequest[]): RequestCount {
  const to = (service: string) => requests.filter((request) => request.service === service).length;
  return { idToken: to("actions"), sts: to("sts"), kms: to("kms"), github: to("github") };
}

/** All requests. */
export function total({ idToken, sts, kms, github }: RequestCount): number {
  return idToken + sts + kms + github;
}

/** Counts what a hundred tokens of one App take: half of them at once, half one by one. */
export async function countHundredTokens(): Promise<RequestCount> {
  const sandbox = createSandbox();
  const app = appFrom(sandbox.environment("http://localhost"), { fetch: sandbox.fetch });
  await Promise.all(Array.from({ length: 50 }, () => app.createToken(TOKEN)));
  for (let minted = 50; minted < 100; minted++) await app.createToken(TOKEN);
  if (sandbox.liveTokens !== 100)
    throw new Error(`There should be 100 tokens, there are ${sandbox.liveTokens}`);
  return countRequests(sandbox.requests);
}
