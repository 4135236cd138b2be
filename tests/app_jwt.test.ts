import assert from "node:assert/strict";
import { test } from "node:test";
import { importSPKI, jwtVerify } from "jose";
import { createAppJwt, InputError, kmsSigner, type Signer } from "../mod.ts";
import { createSandbox } from "../src/sandbox/mod.ts";
import { CREDENTIALS, privateKeyPem, thrownBy } from "./fixture.ts";

const NOW = new Date("2026-11-21T10:00:00.700Z");
const SECONDS = 1_795_255_200;

async function publicKeyOf(sandbox: ReturnType<typeof createSandbox>) {
  let spki = "";
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    credentials: CREDENTIALS,
    fetch: async (url, init) => {
      const response = await sandbox.fetch(url, init);
      spki = ((await response.clone().json()) as { PublicKey: string }).PublicKey;
      return response;
    },
  });
  const fingerprint = await signer.fingerprint?.();
  return { fingerprint, spki };
}

async function sandboxSigner(
  now: () => Date,
): Promise<{ signer: Signer; sandbox: ReturnType<typeof createSandbox> }> {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem(), now });
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    credentials: CREDENTIALS,
    fetch: sandbox.fetch,
    now,
  });
  return { signer, sandbox };
}

test("createAppJwt() makes a JWT that jose verifies with KMS's public key", async () => {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem() });
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    credentials: CREDENTIALS,
    fetch: sandbox.fetch,
  });
  const { jwt, expiresAt, keyArn, kmsRequestId } = await createAppJwt({
    appId: "Iv23liSandboxClient1",
    signer,
  });
  const { spki } = await publicKeyOf(sandbox);
  const key = await importSPKI(
    `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`,
    "RS256",
  );
  const { payload, protectedHeader } = await jwtVerify(jwt, key, {
    algorithms: ["RS256"],
    issuer: "Iv23liSandboxClient1",
  });
  assert.deepEqual(protectedHeader, { alg: "RS256", typ: "JWT" });
  assert.equal((payload.exp ?? 0) * 1000, expiresAt.getTime());
  assert.equal(keyArn, sandbox.keyArn);
  assert.match(kmsRequestId ?? "", /^[0-9a-f-]{36}$/);
});

test("createAppJwt() dates the JWT 60 s back and 540 s ahead, with nothing else in it", async () => {
  const { signer } = await sandboxSigner(() => NOW);
  const { jwt, expiresAt } = await createAppJwt({ appId: 123456, signer, now: () => NOW });
  const claims = JSON.parse(atob(jwt.split(".")[1] ?? ""));
  assert.deepEqual(claims, { iat: SECONDS - 60, exp: SECONDS + 540, iss: 123456 });
  assert.equal(expiresAt.toISOString(), "2026-11-21T10:09:00.000Z");
});

test("createAppJwt() takes client ids and app ids in every form, and no other text", async () => {
  const issuers: string[] = [];
  const signer: Signer = (signingInput) => {
    issuers.push(JSON.parse(atob(signingInput.split(".")[1] ?? "")).iss);
    return Promise.resolve({ signature: new Uint8Array(256) });
  };
  for (const appId of [7, "7", " 123456\n", "Iv23liAbCdEfGhIjKlMn", "Iv1.8a61f9b3a7aba766"]) {
    await createAppJwt({ appId, signer });
  }
  assert.deepEqual(issuers, [7, 7, 123456, "Iv23liAbCdEfGhIjKlMn", "Iv1.8a61f9b3a7aba766"]);
  const secret = "0123456789abcdef0123456789abcdef01234567";
  const refused: [string | number, RegExp][] = [
    ["", /it is empty/],
    [0, /it is neither/],
    [-5, /neither/],
    [1.5, /neither/],
    ["Iv23li\u200bAbCd", /hidden characters/],
    ["my app", /neither/],
    [secret, /client secret/],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE", /private key/],
  ];
  for (const [appId, message] of refused) {
    const error = await thrownBy(() => createAppJwt({ appId, signer }));
    assert.ok(error instanceof InputError && error instanceof TypeError, String(appId));
    assert.equal(error.code, "invalid_input");
    assert.match(error.message, message);
    assert.ok(!error.message.includes(secret) && !error.message.includes("MIIE"));
  }
});

test("fingerprint() is the SHA-256 of the public key, as GitHub's settings page shows it", async () => {
  const { sandbox } = await sandboxSigner(() => new Date());
  const { fingerprint, spki } = await publicKeyOf(sandbox);
  const der = Uint8Array.from(atob(spki), (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  assert.equal(fingerprint, `SHA256:${btoa(String.fromCharCode(...digest))}`);
});
