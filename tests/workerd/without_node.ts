// Runs in a workerd without any Node API: no process, no Buffer, no node: module.
import { createApp, createAppJwt, InputError, kmsSigner, revokeToken, VERSION } from "../../mod.ts";
import { createSandbox } from "../../src/sandbox/mod.ts";

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not so: ${what}`);
}

async function usePublicApi(): Promise<void> {
  expect(!("process" in globalThis) && !("Buffer" in globalThis), "there is no Node here");
  const sandbox = createSandbox();
  const { accessKeyId = "", secretAccessKey = "" } = sandbox.world.principals[0] ?? {};
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    credentials: { accessKeyId, secretAccessKey },
    fetch: sandbox.fetch,
  });
  await createAppJwt({ appId: 123456, signer });
  const app = createApp({ appId: 123456, signer, fetch: sandbox.fetch });
  const { token } = await app.createToken({ owner: "octo-org", permissions: { contents: "read" } });
  expect(await revokeToken(token, { fetch: sandbox.fetch }), "the token is revoked");
  try {
    kmsSigner({ keyId: "", credentials: { accessKeyId, secretAccessKey } });
    expect(false, "an empty key id is refused");
  } catch (error) {
    expect(error instanceof InputError, "with an InputError");
  }
  expect(/^\d+\.\d+\.\d+/.test(VERSION), "there is a version");
}

export default {
  async test(): Promise<void> {
    await usePublicApi();
    console.log("1 passed, 0 failed");
  },
};
