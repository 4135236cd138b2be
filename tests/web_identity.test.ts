import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createApp,
  InputError,
  kmsSigner,
  requestActionsIdToken,
  type WebIdentityOptions,
  webIdentityCredentials,
} from "../mod.ts";
import { keyReference } from "../src/aws/key_id.ts";
import { sessionPolicy } from "../src/aws/session_policy.ts";
import { roleReference } from "../src/aws/sts.ts";
import { describeIdToken } from "../src/oidc/id_token_claims.ts";
import { createSandbox, type Sandbox, type SandboxWorld } from "../src/sandbox/mod.ts";
import { failureOf, privateKeyPem, QUICK, thrownBy } from "./fixture.ts";

const ROLE = "arn:aws:iam::111122223333:role/kms-app-token";
const ORIGIN = "http://127.0.0.1:4000";

interface Job {
  readonly sandbox: Sandbox;
  readonly env: Record<string, string>;
  credentials(change?: Partial<WebIdentityOptions>): ReturnType<typeof webIdentityCredentials>;
}

/** A job with id-token permission, before a sandbox. */
async function createJob(now?: () => Date): Promise<Job> {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem(), now });
  const env = sandbox.environment(ORIGIN);
  const { fetch } = sandbox;
  return {
    sandbox,
    env,
    credentials: (change) =>
      webIdentityCredentials({
        roleArn: ROLE,
        roleSessionName: "a-test",
        region: "eu-west-1",
        endpoint: env.AWS_ENDPOINT_URL_STS,
        fetch,
        retry: QUICK,
        now,
        webIdentityToken: () =>
          requestActionsIdToken({ env, audience: "sts.amazonaws.com", fetch, retry: QUICK }),
        ...change,
      }),
  };
}

const operations = ({ requests }: Sandbox) =>
  requests.map(({ operation, path }) => operation ?? path.split("?")[0]);

test("a role is assumed with the job's id token and signs the app JWT", async () => {
  const { sandbox, credentials, env } = await createJob();
  const { fetch } = sandbox;
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    endpoint: env.AWS_ENDPOINT_URL_KMS,
    credentials: credentials(),
    fetch,
  });
  const app = createApp({ appId: 123456, signer, apiUrl: env.GITHUB_API_URL, fetch });
  await app.createToken({ owner: "octo-org" });
  assert.deepEqual(operations(sandbox).slice(0, 3), [
    "/id-token",
    "AssumeRoleWithWebIdentity",
    "Sign",
  ]);
});

test("a session is used until five minutes before it ends, and got once for concurrent callers", async () => {
  let now = Date.now();
  const { sandbox, credentials } = await createJob(() => new Date(now));
  const provider = credentials({ durationSeconds: 900 });
  const first = await Promise.all(Array.from({ length: 10 }, () => provider({})));
  assert.equal(new Set(first.map(({ sessionToken }) => sessionToken)).size, 1);
  assert.equal(sandbox.requests.length, 2);
  assert.equal(first[0]?.source, `role ${ROLE}`);
  now += 599_000;
  await provider({});
  assert.equal(sandbox.requests.length, 2);
  now += 2_000;
  assert.notEqual((await provider({})).sessionToken, first[0]?.sessionToken);
  assert.equal(sandbox.requests.length, 4);
});

test("the session policy lets a session make app JWTs with the one key and nothing else", async () => {
  const role = roleReference(ROLE);
  const cases: [string, string | undefined][] = [
    ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", undefined],
    ["alias/github-app", undefined],
    ["arn:aws:kms:eu-west-1:111122223333:alias/github-app", undefined],
    ["1234abcd-12ab-34cd-56ef-1234567890ab", undefined],
    ["alias/other", "kms_access_denied"],
    [
      "arn:aws:kms:eu-west-1:111122223333:key/00000000-12ab-34cd-56ef-1234567890ab",
      "kms_access_denied",
    ],
    ["arn:aws:kms:eu-west-1:999999999999:alias/github-app", "kms_access_denied"],
  ];
  for (const [allowed, code] of cases) {
    const { sandbox, credentials, env } = await createJob();
    const policy = sessionPolicy(keyReference(allowed, "eu-west-1"), role);
    assert.ok(policy.length < 1_000, `${policy.length} characters`);
    const keyId = code === undefined ? allowed : "alias/github-app";
    const signer = kmsSigner({
      keyId,
      region: "eu-west-1",
      endpoint: env.AWS_ENDPOINT_URL_KMS,
      credentials: credentials({ policy }),
      fetch: sandbox.fetch,
    });
    if (code === undefined) {
      assert.equal((await signer("x.y")).signature.length, 256);
      assert.match((await signer.fingerprint?.()) ?? "", /^SHA256:/);
    } else {
      const error = await failureOf(() => signer("x.y"));
      assert.equal(error.code, code, allowed);
      assert.match(error.message, /the session policy does not allow it/);
    }
  }
});

test("every refusal of STS has its code, is not retried, and shows the id token's claims", async () => {
  const none = () => {};
  const cases: [Partial<WebIdentityOptions>, (world: SandboxWorld) => void, string, RegExp][] = [
    [
      { roleArn: "arn:aws:iam::111122223333:role/other" },
      none,
      "sts_access_denied",
      /iss http:\/\/127\.0\.0\.1:4000\/actions, aud sts\.amazonaws\.com, sub repo:octo-org\/hello:ref:refs\/heads\/main, repository_id 5001/,
    ],
    [
      {},
      (world) =>
        void Object.assign(world.idTokenClaims, {
          sub: "repo:octo-org@9001/other@7:ref:refs/heads/main",
        }),
      "sts_access_denied",
      /has the ids of owner and repository in it/,
    ],
    [
      {},
      (world) => void Object.assign(world.identityProvider, { registered: false }),
      "sts_identity_provider_missing",
      /aws iam create-open-id-connect-provider/,
    ],
    [
      {},
      (world) => void Object.assign(world.identityProvider, { audiences: ["other"] }),
      "sts_id_token_rejected",
      /client id list/,
    ],
    [{ durationSeconds: 43_200 }, none, "sts_refused", /ValidationError/],
    [{ policy: "{" }, none, "sts_refused", /MalformedPolicyDocument/],
  ];
  for (const [change, spoil, code, message] of cases) {
    const { sandbox, credentials } = await createJob();
    spoil(sandbox.world);
    const error = await failureOf(() => credentials(change)({}));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("eyJ"), error.message);
    assert.equal(sandbox.requests.length, 2);
  }
});

test("STS's own trouble is tried again: throttling, faults, an unreachable identity provider", async () => {
  const { sandbox, credentials } = await createJob();
  const body =
    "<ErrorResponse><Error><Code>IDPCommunicationError</Code><Message>later</Message></Error></ErrorResponse>";
  sandbox.fail({ service: "sts", kind: "throttle" });
  sandbox.fail({ service: "sts", kind: "server_error" });
  sandbox.fail({ service: "sts", kind: "answer", status: 400, body });
  await credentials()({});
  assert.equal(sandbox.requests.filter(({ service }) => service === "sts").length, 4);
});

test("an answer that is not STS's is no session", async () => {
  for (const body of ["", "{}", "<html>", "<AccessKeyId>ASIA</AccessKeyId>"]) {
    const { sandbox, credentials } = await createJob();
    sandbox.fail({ service: "sts", kind: "answer", body });
    assert.equal((await failureOf(() => credentials()({}))).code, "aws_bad_response");
  }
});

test("a role or session that can never be assumed is refused at once", async () => {
  const { credentials } = await createJob();
  const cases: [Partial<WebIdentityOptions>, RegExp][] = [
    [{ roleArn: "kms-app-token" }, /write its ARN/],
    [{ roleArn: "arn:aws:iam::111122223333:user/x" }, /write its ARN/],
    [{ roleSessionName: "x" }, /2 to 64/],
    [{ roleSessionName: "with space" }, /2 to 64/],
    [{ durationSeconds: 899 }, /from 900 to 43200/],
    [{ durationSeconds: 900.5 }, /from 900 to 43200/],
    [{ policy: "x".repeat(2_049) }, /2048 are allowed/],
  ];
  for (const [change, message] of cases) {
    const error = await thrownBy(() => credentials(change));
    assert.ok(error instanceof InputError, JSON.stringify(change).slice(0, 60));
    assert.match(error.message, message);
  }
});

test("a job without id-token permission is told what to write", async () => {
  const error = await failureOf(() =>
    requestActionsIdToken({ env: { ACTIONS_ID_TOKEN_REQUEST_URL: "" }, audience: "x" }),
  );
  assert.equal(error.code, "id_token_missing");
  assert.match(error.message, /permissions: \{ id-token: write, contents: read \}.*fork/);
  const { sandbox, env } = await createJob();
  const refused = await failureOf(() =>
    requestActionsIdToken({
      env: { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "wrong-request-token" },
      audience: "x",
      fetch: sandbox.fetch,
    }),
  );
  assert.equal(refused.code, "id_token_refused");
  assert.ok(!refused.message.includes("wrong-request-token"));
  const remote = { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: "http://example.com/x" };
  assert.ok(
    (await thrownBy(() => requestActionsIdToken({ env: remote, audience: "x" }))) instanceof
      InputError,
  );
});

test("describeIdToken() shows claims and never the token", () => {
  const token = (claims: object) =>
    `${btoa("{}")}.${btoa(JSON.stringify(claims)).replace(/=+$/, "")}.c2lnbmF0dXJl`;
  assert.equal(
    describeIdToken(
      token({
        sub: "repo:o/r:pull_request",
        aud: "a",
        environment: "prod\n::error::",
        secret: "no",
      }),
    ),
    "aud a, sub repo:o/r:pull_request, environment prod ::error::",
  );
  assert.match(
    describeIdToken(token({ sub: "repo:o@1/r@2:ref:x" })),
    /ids of owner and repository/,
  );
  for (const broken of ["", "a.b.c", "x"])
    assert.equal(describeIdToken(broken), "it cannot be read");
});
