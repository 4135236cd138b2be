import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import { createApp, credentialsFromEnvironment, InputError, kmsSigner } from "../mod.ts";
import { signAwsRequest } from "../src/aws/signed_request.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../src/sandbox/mod.ts";
import { pkcs8FromPem, rsaKeyFromPkcs8, signJwt } from "../src/sandbox/rsa_key.ts";
import { CREDENTIALS, createFixture, makePem, privateKeyPem, thrownBy } from "./fixture.ts";

const ORIGIN = "http://127.0.0.1:4000";
const API = "https://api.github.com";
const APP_ID = 123456;
const MINT = "/app/installations/1001/access_tokens";

async function makeSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return createSandbox({ privateKeyPem: await privateKeyPem(), ...options });
}

const seconds = (later = 0) => Math.floor(Date.now() / 1000) + later;

async function appJwt(change: Record<string, unknown> = {}): Promise<string> {
  const key = await rsaKeyFromPkcs8(pkcs8FromPem(await privateKeyPem()));
  return await signJwt({ iss: APP_ID, iat: seconds(-60), exp: seconds(500), ...change }, key);
}

interface GithubCall {
  bearer?: string;
  /** Sent by POST. */
  body?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** What the sandbox's GitHub answers, to the app unless another bearer is given. */
async function ask(sandbox: Sandbox, path: string, call: GithubCall = {}) {
  const { bearer, body, headers, signal } = call;
  const answer = await sandbox.fetch(`${API}${path}`, {
    headers: { authorization: `Bearer ${bearer ?? (await appJwt())}`, ...headers },
    ...(body === undefined ? {} : { method: "POST", body }),
    ...(signal ? { signal } : {}),
  });
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, of which tests pick a field
  let json: any = {};
  try {
    json = JSON.parse(text);
  } catch {
    // Some refusals are plain text.
  }
  return { status: answer.status, text, json };
}

const mint = async (sandbox: Sandbox, body: unknown = {}) =>
  await ask(sandbox, MINT, { body: JSON.stringify(body) });

interface KmsChange {
  url?: string;
  date?: Date;
  region?: string;
  service?: string;
  secretAccessKey?: string;
  edit?: (headers: Record<string, string>) => void;
  /** Sent in place of the body that was signed. */
  body?: string;
  input?: Record<string, unknown>;
  operation?: string;
}

/** Sends a KMS request that `change` may spoil; gives the refusal. */
async function callKms(sandbox: Sandbox, change: KmsChange) {
  const url = new URL(change.url ?? `${ORIGIN}/kms`);
  const body = JSON.stringify({
    KeyId: sandbox.keyArn,
    Message: "AAAA",
    SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
    ...change.input,
  });
  const credentials = {
    ...CREDENTIALS,
    ...(change.secretAccessKey ? { secretAccessKey: change.secretAccessKey } : {}),
  };
  const request = {
    url,
    service: change.service ?? "kms",
    region: change.region ?? "eu-west-1",
    target: `TrentService.${change.operation ?? "Sign"}`,
    body,
  };
  const headers = await signAwsRequest(request, credentials, change.date ?? new Date());
  change.edit?.(headers);
  const answer = await sandbox.fetch(url, { method: "POST", headers, body: change.body ?? body });
  if (answer.status === 200) return { type: "accepted", message: "" };
  const { __type: type, message = "" } = (await answer.json()) as Record<string, string>;
  return { type, message };
}

const refusalOf = async (sandbox: Sandbox, change: KmsChange) =>
  (await callKms(sandbox, change)).type;

const having = (name: string, value: string) => (headers: Record<string, string>) => {
  headers[name] = value;
};

test("the sandbox's KMS refuses what AWS refuses", async () => {
  const sandbox = await makeSandbox();
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const without = (name: string) => (headers: Record<string, string>) => void delete headers[name];
  const cases: [KmsChange, string][] = [
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
    [{ edit: having("content-type", "application/json") }, "UnknownOperationException"],
    [{ edit: without("content-type") }, "UnknownOperationException"],
  ];
  for (const [change, expected] of cases)
    assert.equal(await refusalOf(sandbox, change), expected, JSON.stringify(change));
});

test("the sandbox's KMS takes signatures of the scope they belong to only", async () => {
  const sandbox = await makeSandbox();
  const yesterday = (headers: Record<string, string>) => {
    headers.authorization = (headers.authorization ?? "").replace(
      /\/\d{8}\//,
      `/${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10).replaceAll("-", "")}/`,
    );
  };
  const host = (name: string) => `https://${name}/`;
  const cases: [KmsChange, string, RegExp][] = [
    [{ service: "sts" }, "InvalidSignatureException", /correct service: 'kms'/],
    [{ edit: yesterday }, "InvalidSignatureException", /^Date in Credential scope/],
    [{ url: host("kms.eu-west-1.amazonaws.com") }, "accepted", /^/],
    [{ url: host("kms-fips.eu-west-1.api.aws") }, "accepted", /^/],
    [
      { url: host("kms.us-east-1.amazonaws.com") },
      "InvalidSignatureException",
      /scoped to a valid region/,
    ],
    [
      { url: host("kms.eu-west-1.amazonaws.com"), region: "us-east-1" },
      "InvalidSignatureException",
      /scoped to a valid region/,
    ],
    [
      { url: host("kms.us-east-1.amazonaws.com"), region: "us-east-1" },
      "NotFoundException",
      /does not exist/,
    ],
    [
      {
        url: host("kms.us-east-1.amazonaws.com"),
        region: "us-east-1",
        input: { KeyId: "alias/github-app" },
      },
      "NotFoundException",
      /^Alias arn:aws:kms:us-east-1:111122223333:alias\/github-app is not found/,
    ],
  ];
  for (const [change, type, message] of cases) {
    const refusal = await callKms(sandbox, change);
    assert.equal(refusal.type, type, JSON.stringify(change));
    assert.match(refusal.message, message);
  }
});

test("the sandbox's KMS reads its input as strictly as AWS", async () => {
  const sandbox = await makeSandbox();
  const arn = sandbox.keyArn;
  const id = sandbox.world.key.keyId;
  const bytes = (count: number) => btoa("a".repeat(count));
  const cases: [Record<string, unknown>, string][] = [
    [{ KeyId: id }, "accepted"],
    [{ KeyId: "alias/github-app" }, "accepted"],
    [{ KeyId: arn.replace(/key\/.*/, "alias/github-app") }, "accepted"],
    [{ KeyId: arn.replace("key/", "") }, "NotFoundException"],
    [{ KeyId: arn.replace(/key\/.*/, "key/alias/github-app") }, "NotFoundException"],
    [{ KeyId: arn.replace("111122223333", "444455556666") }, "NotFoundException"],
    [{ KeyId: `key/${id}` }, "NotFoundException"],
    [{ KeyId: "github-app" }, "NotFoundException"],
    [{ KeyId: undefined }, "ValidationException"],
    [{ Message: bytes(1) }, "accepted"],
    [{ Message: bytes(4096) }, "accepted"],
    [{ Message: bytes(4097) }, "ValidationException"],
    [{ Message: "" }, "ValidationException"],
    [{ Message: undefined }, "ValidationException"],
    [{ Message: "not base64!" }, "SerializationException"],
    [{ DryRun: true }, "DryRunOperationException"],
    [{ DryRun: true, KeyId: "alias/other" }, "NotFoundException"],
    [{ SigningAlgorithm: "ECDSA_SHA_256" }, "InvalidKeyUsageException"],
  ];
  for (const [input, expected] of cases)
    assert.equal(
      await refusalOf(sandbox, { input }),
      expected,
      JSON.stringify(input).slice(0, 100),
    );
});

/** The PKCS#8 PEM of the same key. */
function asPkcs8(pem: string): string {
  const lines = btoa(String.fromCharCode(...pkcs8FromPem(pem))).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

test("the sandbox signs with the PEM it is given, in PKCS#1 or PKCS#8", async () => {
  const pem = await makePem();
  assert.match(pem, /^-----BEGIN RSA PRIVATE KEY-----\n/);
  const [one, two, other] = await Promise.all(
    [pem, asPkcs8(pem), undefined].map(async (privateKeyPem) => {
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
});

test("createSandbox() refuses a private key that it cannot read", async () => {
  const pem = await makePem();
  const lines = pem.split("\n");
  const unreadable = [
    "",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    pem.replaceAll("RSA PRIVATE", "EC PRIVATE"),
    pem.replaceAll("RSA PRIVATE", "ENCRYPTED PRIVATE"),
    pem.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n"),
    lines.slice(0, 10).join("\n"),
    [...lines.slice(0, 10), ...lines.slice(-2)].join("\n"),
    "-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----",
  ];
  for (const privateKeyPem of unreadable) {
    const error = await thrownBy(() => createSandbox({ privateKeyPem }));
    assert.ok(error instanceof InputError, privateKeyPem);
    assert.match(error.message, /^Cannot read the private key: give the whole PEM/);
  }
  // What only WebCrypto can tell; the command line asks it before it serves.
  const elliptic = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", elliptic.privateKey));
  assert.ok((await thrownBy(() => rsaKeyFromPkcs8(pkcs8))) instanceof InputError);
});

test("the sandbox's GitHub refuses the app JWTs that GitHub refuses", async () => {
  const sandbox = await makeSandbox();
  const cases: [Record<string, unknown>, RegExp | undefined][] = [
    [{}, undefined],
    [{ iss: `${APP_ID}` }, undefined],
    [{ iss: sandbox.world.app.clientId }, undefined],
    [{ iss: undefined }, /^Missing 'issuer' claim \('iss'\) in assertion$/],
    [{ iss: null }, /^Missing 'issuer' claim/],
    [{ iss: 999 }, /^Integration not found$/],
    [{ iss: "Iv23liSomebodyElse" }, /^Integration not found$/],
    [
      { iss: `${sandbox.world.app.clientId}\u200b` },
      /^'Issuer' claim \('iss'\) must be an Integer/,
    ],
    [{ iss: [`${APP_ID}`] }, /^'Issuer' claim \('iss'\) must be an Integer/],
    [{ iat: undefined }, /^'Issued at' claim/],
    [{ iat: seconds(-60) + 0.5 }, /^'Issued at' claim/],
    [{ iat: seconds(120) }, /^'Issued at' claim/],
    [{ exp: undefined }, /^'Expiration time' claim \('exp'\) must be/],
    [{ exp: seconds(500) + 0.5 }, /^'Expiration time' claim \('exp'\) must be/],
    [{ exp: seconds(-1) }, /^'Expiration time' claim \('exp'\) must be/],
    [{ exp: seconds(660) }, /too far in the future$/],
  ];
  for (const [change, message] of cases) {
    const { status, json } = await ask(sandbox, "/app", { bearer: await appJwt(change) });
    assert.equal(status, message ? 401 : 200, JSON.stringify(change));
    if (message) assert.match(json.message, message);
  }
  const [head, payload] = (await appJwt()).split(".");
  for (const bearer of ["x", `${head}.${payload}.AAAA`, `${head}.${payload}`]) {
    const { status, json } = await ask(sandbox, "/app", { bearer });
    assert.deepEqual([status, json.message], [401, "A JSON web token could not be decoded"]);
  }
});

test("the sandbox's GitHub mints what the installation has, and nothing else", async () => {
  const sandbox = await makeSandbox();
  const permissions: Record<string, string> = {
    workflows: "write",
    // No documentation knows it yet.
    brand_new: "read",
  };
  Object.assign(sandbox.world.installations[0]?.permissions ?? {}, permissions);
  const cases: [unknown, number, RegExp][] = [
    [{ permissions: { contents: "read" } }, 201, /"contents":"read","metadata":"read"/],
    [{ permissions: { workflows: "write" } }, 201, /"workflows":"write"/],
    [{ permissions: { workflows: "read" } }, 422, /is not a member of \["write"\]/],
    [{ permissions: { brand_new: "read" } }, 201, /"brand_new":"read"/],
    [{ permissions: { brand_new: "write" } }, 422, /not granted to this installation/],
    [{ permissions: { contents: "maintain" } }, 422, /"maintain" is not a member of/],
    [{ permissions: { contents: "admin" } }, 422, /"admin" is not a member of/],
    [{ permissions: { contents: null } }, 422, /null is not a member of/],
    [{ permissions: { members: "write" } }, 422, /not granted to this installation/],
    [{ permissions: { secrets: "read" } }, 422, /not granted to this installation/],
    [{ permissions: { content: "read" } }, 422, /"content" is not a permitted key/],
    [{ permissions: { constructor: "read" } }, 422, /"constructor" is not a permitted key/],
    [{ permissions: "contents" }, 422, /is not an object/],
    [{ permissions: ["contents"] }, 422, /is not an object/],
    [null, 400, /Body should be a JSON object/],
    [["hello"], 400, /Body should be a JSON object/],
    ["hello", 400, /Body should be a JSON object/],
    [{ repositories: "hello" }, 422, /"hello" is not an array/],
    [{ repositories: ["hello", 5001] }, 422, /5001 is not a string/],
    [{ repository_ids: ["5001"] }, 422, /"5001" is not an integer/],
    [{ repository_ids: 5001 }, 422, /5001 is not an array/],
    [{ repositories: Array(501).fill("hello") }, 422, /no more than 500/],
    [{ repositories: ["hello", "unselected"] }, 422, /not accessible to the parent/],
    [{ repositories: ["Hello"] }, 201, /"name":"hello"/],
  ];
  for (const [body, expected, text] of cases) {
    const label = JSON.stringify(body).slice(0, 100);
    const answer = await mint(sandbox, body);
    assert.equal(answer.status, expected, label);
    assert.match(answer.json.message ?? answer.text, text, label);
  }
  const broken = await ask(sandbox, MINT, { body: "{" });
  assert.deepEqual([broken.status, broken.json.message], [400, "Problems parsing JSON"]);
  assert.equal((await ask(sandbox, MINT, { body: "" })).status, 201);
});

test("X-GitHub-Stateless-S2S-Token forces one format of token", async () => {
  const sandbox = await makeSandbox({ world: { tokenFormat: "classic" } });
  const parts = async (value: string) => {
    const headers = { "x-github-stateless-s2s-token": value };
    return (await ask(sandbox, MINT, { body: "{}", headers })).json.token.split(".").length;
  };
  assert.deepEqual([await parts("enabled"), await parts("other")], [3, 1]);
  sandbox.world.tokenFormat = "stateless";
  assert.deepEqual([await parts("disabled"), await parts("")], [1, 3]);
});

test("a token is worth what its installation is by now", async () => {
  const sandbox = await makeSandbox();
  const { token: bearer } = (await mint(sandbox, { repositories: ["world"] })).json;
  const read = () => ask(sandbox, "/installation/repositories", { bearer });
  const { status, json } = await read();
  assert.deepEqual([status, json.total_count, json.repositories.length], [200, 1, 1]);
  const [installation] = sandbox.world.installations;
  assert.ok(installation);
  assert.equal(sandbox.liveTokens, 1);

  installation.suspendedAt = "2026-01-02T03:04:05Z";
  for (const answer of [await read(), await mint(sandbox)]) {
    assert.equal(answer.status, 403);
    assert.equal(answer.json.message, "This installation has been suspended");
  }
  assert.equal(sandbox.liveTokens, 0);
  delete installation.suspendedAt;
  assert.equal((await read()).status, 200);

  sandbox.world.installations.shift();
  assert.equal((await read()).status, 401);
  assert.equal(sandbox.liveTokens, 0);
});

test("the sandbox's GitHub looks installations up where GitHub does", async () => {
  const sandbox = await makeSandbox();
  const cases: [string, number][] = [
    ["/orgs/octo-org/installation", 200],
    ["/orgs/octocat/installation", 404],
    ["/users/octocat/installation", 200],
    ["/users/octo-org/installation", 200],
    ["/users/octo-enterprise/installation", 404],
    ["/enterprises/octo-enterprise/installation", 200],
    ["/enterprises/octo-org/installation", 404],
    ["/repos/octo-org/hello/installation", 200],
    ["/repos/octo-org/unselected/installation", 404],
    ["/repos/octocat/hello/installation", 404],
  ];
  for (const [path, status] of cases) assert.equal((await ask(sandbox, path)).status, status, path);
});

test("the sandbox's GitHub wants a User-Agent over HTTP, and a version that there is", async () => {
  const sandbox = await makeSandbox();
  const cases: [Record<string, string>, number, RegExp][] = [
    [{}, 200, /./],
    [{ host: "127.0.0.1:4000" }, 403, /^Request forbidden by administrative rules.*User-Agent/],
    [{ host: "127.0.0.1:4000", "user-agent": "curl/8" }, 200, /./],
    [{ "x-github-api-version": "2022-11-28" }, 200, /./],
    [{ "x-github-api-version": "2026-03-10" }, 200, /./],
    [{ "x-github-api-version": "v3" }, 400, /"v3", is not a supported version/],
    [{ "x-github-api-version": "2022-11-29" }, 400, /is not a supported version/],
  ];
  for (const [headers, status, text] of cases) {
    const answer = await ask(sandbox, "/app", { headers });
    assert.equal(answer.status, status, JSON.stringify(headers));
    assert.match(answer.json.message ?? answer.text, text);
  }
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
  const request = (audience: string, token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) =>
    sandbox.fetch(`${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${audience}`, {
      headers: { authorization: `bearer ${token}` },
    });
  assert.equal((await request("x", "wrong")).status, 401);
  const { value } = (await (await request("sts.amazonaws.com")).json()) as { value: string };
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
  assert.equal(sandbox.liveTokens, 1);
  now += 2_000;
  assert.equal(await read(), 401);
  assert.equal(sandbox.liveTokens, 0);
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

const control = async (sandbox: Sandbox, body: unknown) => {
  const answer = await sandbox.fetch(`${ORIGIN}/_sandbox`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
};

test("POST /_sandbox changes the fields it names, and no others", async () => {
  const sandbox = createSandbox();
  const before = structuredClone(sandbox.world);
  const world = {
    key: { state: "Disabled" },
    app: { slug: "other" },
    idTokenClaims: { ref: "refs/tags/v1" },
    identityProvider: { registered: false },
    principals: [],
    latencyMs: 0,
  };
  assert.deepEqual(await control(sandbox, { world }), { status: 204, text: "" });
  assert.deepEqual(sandbox.world, {
    ...before,
    key: { ...before.key, state: "Disabled" },
    app: { ...before.app, slug: "other" },
    idTokenClaims: { ...before.idTokenClaims, ref: "refs/tags/v1" },
    identityProvider: { ...before.identityProvider, registered: false },
    principals: [],
  });
  assert.equal((await control(sandbox, { world: before })).status, 204);
  assert.deepEqual(sandbox.world, before);
});

test("POST /_sandbox refuses what has no effect, and then changes nothing", async () => {
  const sandbox = createSandbox();
  const before = structuredClone(sandbox.world);
  const fault = { service: "github", kind: "server_error" };
  const cases: [unknown, RegExp][] = [
    [null, /^Cannot use the body: /],
    [[], /^Cannot use the body: /],
    ["x", /^Cannot use the body: /],
    [{ fault }, /^Cannot use fault: there is no such field\n$/],
    [{ world: null }, /^Cannot use world: /],
    [{ world: { keys: {} } }, /^Cannot use world\.keys: there is no such field\n$/],
    [{ world: { key: { stat: "Disabled" } } }, /^Cannot use world\.key\.stat: there is no such/],
    [{ world: { key: { state: "Off" } } }, /^Cannot use world\.key\.state: .*"Disabled"/],
    [{ world: { latencyMs: "5" } }, /^Cannot use world\.latencyMs: /],
    [{ world: { latencyMs: -1 } }, /^Cannot use world\.latencyMs: /],
    [{ world: { clockOffsetSeconds: 1e12 } }, /^Cannot use world\.clockOffsetSeconds: /],
    [{ world: { roles: {} } }, /^Cannot use world\.roles: /],
    [{ world: { roles: [{ arn: "x" }] } }, /^Cannot use world\.roles\.0\.subjects: /],
    [{ faults: fault }, /^Cannot use faults: /],
    [{ faults: [{ ...fault, kind: "explode" }] }, /^Cannot use faults\.0\.kind: /],
    [{ faults: [{ ...fault, service: "gitlab" }] }, /^Cannot use faults\.0\.service: /],
    [{ faults: [{ ...fault, time: 2 }] }, /^Cannot use faults\.0\.time: there is no such field/],
    [{ faults: [{ ...fault, times: 0 }] }, /^Cannot use faults\.0\.times: /],
    [{ faults: [{ ...fault, status: 99 }] }, /^Cannot use faults\.0\.status: /],
    [{ faults: [fault], world: { keys: {} } }, /^Cannot use world\.keys: /],
  ];
  for (const [body, message] of cases) {
    const { status, text } = await control(sandbox, body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(text, message);
  }
  assert.deepEqual(sandbox.world, before);
  assert.equal((await sandbox.fetch(`${API}/users/octocat`)).status, 200);
  const kind = "explode" as "hang";
  const error = await thrownBy(() => sandbox.fail({ service: "github", kind }));
  assert.ok(error instanceof InputError && /^Cannot use fault\.kind: /.test(error.message));
});

test("faults are met in order, as often as they say, and those that do not fit stay", async () => {
  const sandbox = createSandbox();
  const answer = (status: number, times = 1) => ({
    service: "github" as const,
    kind: "answer" as const,
    status,
    times,
  });
  sandbox.fail({ ...answer(599), match: "/users/nobody" });
  sandbox.fail(answer(501, 2));
  sandbox.fail(answer(304));
  const statuses: number[] = [];
  for (const login of ["octocat", "octocat", "octocat", "octocat", "nobody", "nobody"])
    statuses.push((await sandbox.fetch(`${API}/users/${login}`)).status);
  assert.deepEqual(statuses, [501, 501, 304, 200, 599, 404]);
});

test("the transcript holds the last thousand requests", async () => {
  const sandbox = createSandbox();
  for (let each = 1; each <= 1_003; each++) await sandbox.fetch(`${API}/users/${each}`);
  assert.equal(sandbox.requests.length, 1_000);
  assert.equal(sandbox.requests[0]?.path, "/users/4");
  assert.equal(sandbox.requests.at(-1)?.path, "/users/1003");
});

test("latency passes after the work is done, and a client that leaves in it leaves a token behind", async () => {
  const sandbox = await makeSandbox({ world: { latencyMs: 100 } });
  const gone = new AbortController();
  const minted = ask(sandbox, MINT, { body: "{}", signal: gone.signal });
  const failed = thrownBy(() => minted);
  while (sandbox.liveTokens === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(sandbox.requests.length, 0);
  gone.abort(new Error("gone"));
  assert.equal(((await failed) as Error).message, "gone");
  assert.equal(sandbox.liveTokens, 1);
  while (sandbox.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(sandbox.requests[0]?.status, 201);

  const late = await thrownBy(() => ask(sandbox, MINT, { body: "{}", signal: gone.signal }));
  assert.equal((late as Error).message, "gone");
  assert.equal(sandbox.liveTokens, 1);
});

test("network_error rejects in a process, and breaks the answer off over HTTP", async () => {
  const sandbox = createSandbox();
  const request = (headers: Record<string, string> = {}) =>
    sandbox.fetch(`${API}/users/octocat`, { headers });
  sandbox.fail({ service: "github", kind: "network_error", times: 2 });
  assert.ok((await thrownBy(() => request())) instanceof TypeError);
  const broken = await request({ host: "127.0.0.1:4000" });
  await thrownBy(() => broken.text());
  assert.equal((await request()).status, 200);
  assert.deepEqual(
    sandbox.requests.map(({ status }) => status),
    [0, 0, 200],
  );
});
