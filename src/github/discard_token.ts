import { withDeadline } from "../deadline.ts";
import { AppTokenError } from "../errors.ts";
import type { OnNotice } from "../notice.ts";
import { pause } from "../pause.ts";
import type { GithubClient } from "./github_client.ts";
import { revoke } from "./revoke_token.ts";

// A new token can be unknown to part of GitHub for a few seconds; auth-app waits as long.
const REPLICATION_MS = 5_000;

/**
 * Revokes a token that was minted this moment and cannot be handed over. GitHub
 * may not know it everywhere yet, so a 401 is believed only after five seconds.
 * Never throws: the reason for giving the token up matters more than what goes
 * wrong here, which is told to `onNotice`.
 */
export async function discardToken(
  github: GithubClient,
  token: string,
  onNotice: OnNotice | undefined,
): Promise<void> {
  const late = () => new AppTokenError("timeout", "no answer within 30 s");
  try {
    await withDeadline(30_000, undefined, late, async (signal) => {
      const start = performance.now();
      for (let delayMs = 100; ; delayMs *= 2) {
        if (await revoke(github, token, signal)) return;
        if (performance.now() - start + delayMs > REPLICATION_MS) return;
        await pause(delayMs, signal);
      }
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onNotice?.({
      code: "token_left",
      message: `A token that was given up could not be revoked, and may stay valid for an hour: ${reason}`,
    });
  }
}
