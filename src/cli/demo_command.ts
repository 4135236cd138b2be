import { createApp } from "../app.ts";
import { credentialsFromEnvironment } from "../aws/credentials.ts";
import { kmsSigner } from "../aws/kms_signer.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import type { Io } from "./io.ts";

/** `demo`: mints, uses and revokes a token against a sandbox in this process, step by step. */
export async function demoCommand(io: Io): Promise<void> {
  const { signal } = io;
  const sandbox = createSandbox();
  const env = sandbox.environment("http://localhost");
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    credentials: credentialsFromEnvironment(env),
    fetch: sandbox.fetch,
  });
  const app = createApp({ appId: sandbox.world.app.clientId, signer, fetch: sandbox.fetch });

  async function step<T>(
    what: string,
    work: () => Promise<T>,
    result: (value: T) => string,
  ): Promise<T> {
    const start = performance.now();
    const value = await work();
    const ms = (performance.now() - start).toFixed(1).padStart(6);
    await io.stdout(`${ms} ms  ${what.padEnd(44)} ${result(value)}\n`);
    return value;
  }
  const github = async (path: string, token: string) =>
    (
      await sandbox.fetch(`https://api.github.com${path}`, {
        headers: { authorization: `Bearer ${token}` },
        signal,
      })
    ).status;

  await io.stdout(
    "A sandbox in this process plays KMS and GitHub: real RSA, real SigV4, no network.\n\n",
  );
  await step(
    "KMS holds the app's private key",
    async () => await signer.fingerprint?.(),
    (fingerprint) => `public half ${fingerprint?.slice(0, 20)}…`,
  );
  await step(
    "sign the app JWT: KMS Sign",
    () => app.jwt({ signal }),
    ({ expiresAt }) => `good until ${expiresAt.toISOString().slice(11, 19)} UTC`,
  );
  const installation = await step(
    "find the installation on octo-org",
    () => app.findInstallation({ owner: "octo-org" }, { signal }),
    ({ id, permissions }) => `${id}, with ${Object.keys(permissions).length} permissions`,
  );
  const { token } = await step(
    "mint a token: octo-org/hello, contents: read",
    () =>
      app.createToken({
        installationId: installation.id,
        owner: "octo-org",
        repositories: ["hello"],
        permissions: { contents: "read" },
        signal,
      }),
    (minted) => `${minted.token.slice(0, 4)}…, ${JSON.stringify(minted.permissions)}`,
  );
  await step(
    "read octo-org/hello with it",
    () => github("/repos/octo-org/hello/contents/README.md", token),
    (status) => `${status}`,
  );
  await step(
    "read octo-org/world with it",
    () => github("/repos/octo-org/world/contents/README.md", token),
    (status) => `${status}: the token is narrowed`,
  );
  await step(
    "revoke it",
    () => app.revokeToken(token, { signal }),
    () => "done",
  );
  await step(
    "read octo-org/hello again",
    () => github("/repos/octo-org/hello/contents/README.md", token),
    (status) => `${status}: the token is gone`,
  );
  const signs = sandbox.requests.filter(({ operation }) => operation === "Sign").length;
  await io.stdout(
    `\n${signs} KMS signature for everything above. Next: kms-app-token sandbox --port 4000\n(in a checkout: npx -y bun cli.ts sandbox --port 4000)\n`,
  );
}
