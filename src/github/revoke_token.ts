import { InputError } from "../errors.ts";
import { createGithubClient, type GithubClient, type GithubOptions } from "./github_client.ts";

/** Options of {@link revokeToken}. */
export interface RevokeOptions extends GithubOptions {
  /** Ends the call at once when it aborts. */
  signal?: AbortSignal | undefined;
}

/**
 * Revokes an installation token.
 *
 * @returns whether this call ended it; `false` when it was expired or revoked already
 * @throws {InputError} If `token` cannot be one.
 * @throws {AppTokenError} If GitHub could not be asked.
 *
 * @example
 * ```ts
 * import { revokeToken } from "kms-app-token";
 *
 * const revoked = await revokeToken("ghs_16C7e42F292c6912E7710c838347Ae178B4a");
 * console.log(revoked ? "revoked" : "already gone");
 * ```
 */
export async function revokeToken(token: string, options: RevokeOptions = {}): Promise<boolean> {
  return await revoke(createGithubClient(options), token, options.signal);
}

/** As {@link revokeToken}, with a client at hand. */
export async function revoke(
  github: GithubClient,
  token: string,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new InputError(
      "Cannot revoke the token: it is empty, or holds white space or characters that no token has",
    );
  }
  const answer = await github.call(
    { method: "DELETE", path: "/installation/token", token },
    github.begin(signal),
  );
  if (answer.status === 204) return true;
  if (answer.status === 401) return false;
  const { unforeseen } = await import("./github_answer.ts");
  throw unforeseen(answer, "to revoke the token");
}
