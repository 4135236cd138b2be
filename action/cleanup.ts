import { externalText } from "../src/external_text.ts";
import { revokeToken } from "../src/github/revoke_token.ts";
import { clearSession } from "./exported_session.ts";
import { note, say, warn } from "./log.ts";
import { useProxyFromEnvironment } from "./proxy.ts";
import { load, type State } from "./state.ts";

function reasonOf(error: unknown): string {
  return externalText(error instanceof Error && error.message ? error.message : String(error));
}

async function revoke({ token, expiresAt = "", apiUrl }: State): Promise<void> {
  if (token === undefined) return say("No token to revoke");
  if (Date.parse(expiresAt) <= Date.now()) return say("The token has expired by itself");
  try {
    await useProxyFromEnvironment();
    const revoked = await revokeToken(token, {
      apiUrl,
      userAgent: "action",
      onNotice: ({ message }) => note(message),
    });
    say(
      revoked ? "Token revoked" : "The token was already gone: expired, or revoked by another step",
    );
  } catch (error) {
    warn(`The token could not be revoked; it is valid until ${expiresAt}: ${reasonOf(error)}`);
  }
}

/** The post step: revokes the token. What goes wrong here never fails the job. */
export async function cleanUp(): Promise<number> {
  const state = load();
  await revoke(state);
  try {
    if (state.exported) clearSession();
  } catch (error) {
    warn(`The AWS session could not be taken from the later steps: ${reasonOf(error)}`);
  }
  return 0;
}
