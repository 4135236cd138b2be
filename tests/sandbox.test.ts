import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import { createApp, credentialsFromEnvironment, InputError, kmsSigner } from "../mod.ts";
import { signAwsRequest } from "../src/aws/signed_request.ts";
import { createSandbox, type Sandbox } from "../src/sandbox/mod.ts";
import { CREDENTIALS, createFixture, makePem, privateKeyPem, thrownBy } from "./fixture.ts";

const ORIGIN = "http://127.0.0.1:4000";

/** Sends a KMS request that `change` may spoil; gives the refusal's type. */
async function refusalOf(
  sandbox: Sandbox,
  change: {
    date?: Date;
    region?: string;
    secretAccessKey?: string;
    edit?: (headers: Record<string, string>) => void;
    body?: string;
    operation?: string;
  },
): Promise<string> {
  const url = new URL(`${ORIGIN}/kms`);
  const body = JSON.stringify({
    KeyId: sandbox.keyArn,
    Message: "AAAA",
    SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
  });
  const credentials = {
    ...CREDENTIALS,
    ...(change.secretAccessKey ? { secretAccessKey: change.secretAccessKey } : {}),
  };
  const request = {
    url,
    service: "kms",
    region: change.region ?? "eu-west-1",
    target: `TrentService.${change.operation ?? "Sign"}`,
    body,
  };
  const headers = await signAwsRequest(request, credentials, change.date ?? new Date());
  change.edit?.(headers);
  const answer = await sandbox.fetch(url, { method: "POST", headers, body: change.body ?? body });
  if (answer.status === 200) return "accepted";
  return ((await answer.json()) as { __type: string }).__type;
}

test("the sandbox's KMS refuses what AWS refuses", async () => {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem() });
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const without = (name: string) => (headers: Record<string, string>) => void delete headers[name];
  const having = (name: string, value: string) => (headers: Record<string, string>) => {
    headers[name] = value;
  };
  const cases: [Parameters<typeof refusalOf>[1], string][] = [
    [{}, "accepted"],
    [{ date: minutes(4.9) }, "accepted"],
    [{ date: minutes(-4.9) }, "accepted"],
    [{ date: minutes(5.1) }, "InvalidSignatureException"],
    [{ date: minutes(-5.1) }, "InvalidSignatureException"],
    [{ secretAccessKey: "another" }, "InvalidSignatureException"],
    [{ body: "{}" }, "InvalidSignatureException"],
    [{ edit: having("x-amz-target", "TrentService.GetPublicKey") }, "InvalidSignatureException"],
    [{ edit: having("x-amz-extra", "unsigned") }, "InvalidSignatureException"],
    [{ edit: without("authorization") }, "MissingAuthenticationTokenException"],
    [{ edit: without("x-amz-date") }, "IncompleteSignatureException"],
    [{ edit: having("authorization", "Bearer x") }, "IncompleteSignatureException"],
    [{ region: "us-east-1" }, "NotFoundException"],
    [{ operation: "Encrypt" }, "UnknownOperationException"],
  ];
  for (const [change, expected] of cases)
    assert.equal(await refusalOf(sandbox, change), expected, JSON.stringify(change));
});

test("the sandbox signs with the PEM it is given, in PKCS#1 or PKCS#8", async () => {
  const pem = await makePem();
  const [one, two, other] = await Promise.all(
    [pem, pem, undefined].map(async (privateKeyPem) => {
      const sandbox = createSandbox({ privateKeyPem });
      return await kmsSigner({
        keyId: sandbox.keyArn,
        credentials: CREDENTIALS,
        fetch: sandbox.fetch,
      }).fingerprint?.();
    }),
  );
  assert.match(one ?? "", /^SHA256:/);
  assert.equal(one, two);
  assert.notEqual(one, other);
  const wrong = createSandbox({
    privateKeyPem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
  });
  const signer = kmsSigner({
    keyId: wrong.keyArn,
    credentials: CREDENTIALS,
    fetch: async (url, init) => {
      const error = await thrownBy(() => wrong.fetch(url, init));
      assert.ok(error instanceof InputError);
      return new Response(null, { status: 599 });
    },
    retry: { attempts: 1 },
  });
  await thrownBy(() => signer("x.y"));
});

test("sandbox.environment() points a program at a sandbox served at an origin", async () => {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem() });
  const env = sandbox.environment(ORIGIN);
  const app = createApp({
    appId: env.KMS_APP_TOKEN_CLIENT_ID ?? "",
    apiUrl: env.GITHUB_API_URL,
    fetch: sandbox.fetch,
    signer: kmsSigner({
      keyId: env.KMS_APP_TOKEN_KMS_KEY_ID ?? "",
      region: env.AWS_REGION,
      endpoint: env.AWS_ENDPOINT_URL_KMS,
      credentials: credentialsFromEnvironment(env),
      fetch: sandbox.fetch,
    }),
  });
  assert.equal((await app.findInstallation({ owner: "octo-org", repo: "hello-old" })).id, 1001);
  assert.equal((await app.createToken({ owner: "octocat" })).repositorySelection, "all");
});

test("the sandbox issues id tokens that jose verifies through its discovery document", async () => {
  const sandbox = createSandbox();
  const env = sandbox.environment(ORIGIN);
  const ask = (audience: string, token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) =>
    sandbox.fetch(`${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${audience}`, {
      headers: { authorization: `bearer ${token}` },
    });
  assert.equal((await ask("x", "wrong")).status, 401);
  const { value } = (await (await ask("sts.amazonaws.com")).json()) as { value: string };
  const discovery = await sandbox.fetch(`${ORIGIN}/actions/.well-known/openid-configuration`);
  const { issuer, jwks_uri } = (await discovery.json()) as { issuer: string; jwks_uri: string };
  const keys = createRemoteJWKSet(new URL(jwks_uri), {
    [customFetch]: (url: string) => sandbox.fetch(url),
  });
  const { payload } = await jwtVerify(value, keys, {
    issuer,
    audience: "sts.amazonaws.com",
    algorithms: ["RS256"],
  });
  assert.equal(payload.sub, "repo:octo-org/hello:ref:refs/heads/main");
  assert.equal(payload.repository_id, "5001");
});

test("a token stops working after its hour", async () => {
  let now = Date.now();
  const clock = () => new Date(now);
  const { app, sandbox } = await createFixture({ sandbox: { now: clock }, app: { now: clock } });
  const { token } = await app.createToken({ owner: "octo-org" });
  const read = async () =>
    (
      await sandbox.fetch("https://api.github.com/installation/repositories", {
        headers: { authorization: `token ${token}` },
      })
    ).status;
  now += 3_599_000;
  assert.equal(await read(), 200);
  now += 2_000;
  assert.equal(await read(), 401);
});

test("the sandbox's faults and world can be changed over HTTP, and its transcript read", async () => {
  const sandbox = createSandbox();
  const control = (body: string) => sandbox.fetch(`${ORIGIN}/_sandbox`, { method: "POST", body });
  assert.equal(
    (
      await control(
        JSON.stringify({
          faults: [{ service: "github", kind: "server_error" }],
          world: { clockOffsetSeconds: 60 },
        }),
      )
    ).status,
    204,
  );
  assert.equal((await control("{")).status, 400);
  const first = await sandbox.fetch(`${ORIGIN}/api/v3/users/octocat`);
  const second = await sandbox.fetch(`${ORIGIN}/api/v3/users/octocat`);
  assert.deepEqual([first.status, second.status], [502, 200]);
  assert.ok(Math.abs(Date.parse(second.headers.get("date") ?? "") - Date.now() - 60_000) < 3_000);
  const transcript = await (await sandbox.fetch(`${ORIGIN}/_sandbox/requests`)).json();
  assert.deepEqual(
    (transcript as { status: number }[]).map(({ status }) => status),
    [502, 200],
  );
  assert.equal((await sandbox.fetch(`${ORIGIN}/elsewhere`)).status, 404);
});
