import { InputError } from "../errors.ts";
import { revokeToken } from "../github/revoke_token.ts";
import type { Io } from "./io.ts";
import { APP_OPTIONS, type OptionSpecs, readOptions } from "./options.ts";

export const REVOKE_OPTIONS: OptionSpecs<"githubApiUrl" | "env"> = {
  githubApiUrl: APP_OPTIONS.githubApiUrl,
  env: {
    flags: "--env <name>",
    description: "variable that holds the token (default: standard input)",
    env: [],
  },
};

/** `revoke`: revokes the token on standard input, or in a variable that has to be named. */
export async function revokeCommand(flags: Record<string, unknown>, io: Io): Promise<void> {
  const { githubApiUrl, env: variable } = readOptions(REVOKE_OPTIONS, flags, io.env);
  // No variable is read by default: a stray call would end the job's own GITHUB_TOKEN.
  if (variable !== undefined && !/^(?!gh[a-z]_)[A-Za-z_]\w{0,99}$/.test(variable)) {
    throw new InputError("Cannot use --env: give the name of a variable, not a token");
  }
  const token = (variable === undefined ? await io.stdin() : (io.env[variable] ?? "")).trim();
  if (token === "") {
    throw new InputError(
      variable === undefined
        ? "Cannot revoke: no token on standard input; pipe one in, or name a variable with --env"
        : `Cannot revoke: the variable ${variable} is not set`,
    );
  }
  const revoked = await revokeToken(token, {
    apiUrl: githubApiUrl,
    signal: io.signal,
    onNotice: ({ message }) => io.stderr(`notice: ${message}`),
  });
  io.stderr(revoked ? "revoked" : "already gone: it had expired or was revoked before");
}
