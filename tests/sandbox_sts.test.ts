import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsV4Signer } from "aws4fetch";
import { encodeBase64Url } from "../src/base64.ts";
import {
  evaluateIamPolicy,
  type IamPolicy,
  type PolicyAnswer,
  type PolicyQuestion,
  parseIamPolicy,
} from "../src/sandbox/iam_policy.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../src/sandbox/mod.ts";
import { matchesWildcard } from "../src/sandbox/wildcard.ts";
import { CREDENTIALS, privateKeyPem, thrownBy } from "./fixture.ts";

const ROLE = "arn:aws:iam::111122223333:role/kms-app-token";
const SESSION = "arn:aws:sts::111122223333:assumed-role/kms-app-token/ci";
const STS = "https://sts.eu-west-1.amazonaws.com/";
const KMS = "https://kms.eu-west-1.amazonaws.com/";
const ORIGIN = "http://127.0.0.1:4000";
const GITHUB = "https://token.actions.githubusercontent.com";
const ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256";

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

async function makeSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return createSandbox({ privateKeyPem: await privateKeyPem(), ...options });
}

async function idToken(sandbox: Sandbox, audience = "sts.amazonaws.com", base = GITHUB) {
  const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = sandbox.environment(ORIGIN);
  const answer = await sandbox.fetch(`${base}/id-token?audience=${audience}`, {
    headers: { authorization: `bearer ${token}` },
  });
  return ((await answer.json()) as { value: string }).value;
}

/** Texts of the leaf elements by name; this suite has no reader of XML on every runtime. */
function leaves(xml: string): Record<string, string> {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return Object.fromEntries(
    [...xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = "", text = ""]) => [
      name,
      text.replace(/&(\w+);/g, (_, entity: string) => entities[entity] ?? "?"),
    ]),
  );
}

interface Answer {
  status: number;
  headers: Headers;
  xml: string;
  fields: Record<string, string>;
}

async function post(
  sandbox: Sandbox,
  form: Record<string, string | undefined>,
  url = STS,
): Promise<Answer> {
  const given = Object.entries(form).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  const answer = await sandbox.fetch(url, { method: "POST", body: new URLSearchParams(given) });
  const xml = await answer.text();
  return { status: answer.status, headers: answer.headers, xml, fields: leaves(xml) };
}

const assumption = (WebIdentityToken: string) => ({
  Action: "AssumeRoleWithWebIdentity",
  Version: "2011-06-15",
  RoleArn: ROLE,
  RoleSessionName: "ci",
  WebIdentityToken,
});

async function assume(sandbox: Sandbox, change: Record<string, string> = {}): Promise<Keys> {
  const { status, fields, xml } = await post(sandbox, {
    ...assumption(await idToken(sandbox)),
    ...change,
  });
  assert.equal(status, 200, xml);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = fields;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}

async function signed(
  sandbox: Sandbox,
  url: string,
  keys: Keys,
  request: {
    service: string;
    region?: string;
    headers: Record<string, string>;
    body: string;
    now?: Date;
  },
): Promise<Response> {
  const { service, region = "eu-west-1", body, now = new Date() } = request;
  const { headers } = await new AwsV4Signer({
    method: "POST",
    url,
    headers: request.headers,
    body,
    ...keys,
    service,
    region,
    datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ""),
  }).sign();
  return await sandbox.fetch(url, { method: "POST", headers, body });
}

/** What KMS says: "accepted", or the refusal's type and, for a denial, AWS's reason. */
async function callKms(
  sandbox: Sandbox,
  keys: Keys,
  operation = "Sign",
  change: Record<string, unknown> = {},
  now?: Date,
): Promise<string> {
  const sign = { Message: "AAAA", MessageType: "RAW", SigningAlgorithm: ALGORITHM };
  const answer = await signed(sandbox, KMS, keys, {
    service: "kms",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${operation}`,
    },
    body: JSON.stringify({
      KeyId: "alias/github-app",
      ...(operation === "Sign" ? sign : {}),
      ...change,
    }),
    ...(now ? { now } : {}),
  });
  if (answer.status === 200) return "accepted";
  const { __type = "", Message = "" } = (await answer.json()) as Record<string, string>;
  const denial = `User: ${SESSION} is not authorized to perform: kms:${operation} on resource: ${sandbox.keyArn} `;
  return Message.startsWith(denial) ? Message.slice(denial.length) : __type;
}

async function callerIdentity(
  sandbox: Sandbox,
  keys: Keys,
  url = STS,
  region = "eu-west-1",
): Promise<Answer> {
  const answer = await signed(sandbox, url, keys, {
    service: "sts",
    region,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  });
  const xml = await answer.text();
  return { status: answer.status, headers: answer.headers, xml, fields: leaves(xml) };
}

const signOnly = (more: object = {}): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "kms:Sign", Resource: "*", ...more }],
  });

test("the sandbox's STS gives a session for an id token", async () => {
  const now = new Date("2026-11-21T04:05:06.789Z");
  const sandbox = await makeSandbox({ now: () => now });
  const { status, headers, xml, fields } = await post(sandbox, {
    ...assumption(await idToken(sandbox)),
    DurationSeconds: "900",
  });
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "text/xml");
  assert.equal(headers.get("x-amzn-requestid"), fields.RequestId);
  assert.match(
    xml,
    /^<AssumeRoleWithWebIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">\s*<AssumeRoleWithWebIdentityResult>/,
  );
  assert.match(fields.AccessKeyId ?? "", /^ASIA[A-Z2-7]{16}$/);
  assert.match(fields.SecretAccessKey ?? "", /^(?=.*\+)(?=.*\/)[A-Za-z0-9+/]{40}$/);
  assert.match(fields.SessionToken ?? "", /^[A-Za-z0-9+/]{500,}=*$/);
  assert.equal(fields.Expiration, "2026-11-21T04:20:06Z");
  assert.equal(fields.SubjectFromWebIdentityToken, "repo:octo-org/hello:ref:refs/heads/main");
  assert.match(fields.AssumedRoleId ?? "", /^AROA[A-Z2-7]{17}:ci$/);
  assert.equal(fields.Arn, SESSION);
  assert.equal(fields.Audience, "sts.amazonaws.com");
  assert.equal(
    fields.Provider,
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
  );
  assert.deepEqual(
    sandbox.requests.map(({ service, operation, body }) => [service, operation, body]),
    [
      ["actions", undefined, undefined],
      ["sts", "AssumeRoleWithWebIdentity", undefined],
    ],
  );
});

test("the sandbox's STS refuses what AWS refuses, with AWS's code and sentence", async () => {
  const sandbox = await makeSandbox();
  const other = await makeSandbox();
  const good = await idToken(sandbox);
  const forged = (claims: object) =>
    `${encodeBase64Url('{"alg":"RS256"}')}.${encodeBase64Url(JSON.stringify(claims))}.AAAA`;
  const [header, , signature] = good.split(".");
  const altered = encodeBase64Url(
    JSON.stringify({
      iss: GITHUB,
      aud: "sts.amazonaws.com",
      sub: "repo:octo-org/hello:x",
      exp: 9e9,
    }),
  );
  const noProvider = (issuer: string) =>
    `No OpenIDConnect provider found in your account for ${issuer}`;
  const invalid = (rest: string) => new RegExp(`^1 validation error detected: Value ${rest}$`);
  const untrusted = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
  const cases: [Record<string, string | undefined>, number, string, string | RegExp][] = [
    [{ Action: undefined }, 400, "MissingAction", /parameter Action/],
    [
      { Action: "AssumeRole" },
      400,
      "InvalidAction",
      "Could not find operation AssumeRole for version 2011-06-15",
    ],
    [{ Version: undefined }, 400, "InvalidAction", /for version NO_VERSION_SPECIFIED$/],
    [
      { RoleArn: undefined },
      400,
      "ValidationError",
      invalid("null at 'roleArn' failed to satisfy constraint: Member must not be null"),
    ],
    [{ RoleArn: "arn:aws:iam::1:role" }, 400, "ValidationError", /greater than or equal to 20$/],
    [
      { RoleArn: "arn:aws:iam::111122223333:user/octocat" },
      400,
      "ValidationError",
      "arn:aws:iam::111122223333:user/octocat is invalid",
    ],
    [
      { RoleSessionName: "a <b> & \"c\" 'd'" },
      400,
      "ValidationError",
      invalid(
        "'a <b> & \"c\" 'd'' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: \\[\\\\w\\+=,.@-\\]\\*",
      ),
    ],
    [{ RoleSessionName: "a" }, 400, "ValidationError", /length greater than or equal to 2$/],
    [{ RoleSessionName: "a".repeat(65) }, 400, "ValidationError", /less than or equal to 64$/],
    [
      { RoleSessionName: " ", DurationSeconds: "43201" },
      400,
      "ValidationError",
      /^3 validation errors detected: .*pattern.*; .*equal to 2; Value '43201' at 'durationSeconds' .*less than or equal to 43200$/,
    ],
    [{ DurationSeconds: "899" }, 400, "ValidationError", /greater than or equal to 900$/],
    [{ DurationSeconds: "1h" }, 400, "MalformedInput", /not an integer/],
    [
      { DurationSeconds: "3601" },
      400,
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ],
    [{ Policy: "" }, 400, "ValidationError", /at 'policy'.*greater than or equal to 1$/],
    [
      { Policy: signOnly({ Sid: "a".repeat(2_048) }) },
      400,
      "ValidationError",
      /at 'policy' .*length less than or equal to 2048$/,
    ],
    [{ Policy: "{" }, 400, "MalformedPolicyDocument", "This policy contains invalid Json"],
    [{ Policy: "{}" }, 400, "MalformedPolicyDocument", "Syntax errors in policy."],
    [
      { "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess" },
      400,
      "ValidationError",
      /managed policies/,
    ],
    [
      { WebIdentityToken: "abc" },
      400,
      "ValidationError",
      /^(?!.*abc).*greater than or equal to 4$/,
    ],
    [{ WebIdentityToken: "ghs_opaque" }, 400, "InvalidIdentityToken", /not a valid JWT/],
    [
      { WebIdentityToken: forged({ iss: "https://gitlab.example.com" }) },
      400,
      "InvalidIdentityToken",
      noProvider("https://gitlab.example.com"),
    ],
    [
      { WebIdentityToken: forged({ iss: `${GITHUB}/octo-org` }) },
      400,
      "InvalidIdentityToken",
      noProvider(`${GITHUB}/octo-org`),
    ],
    [
      { RoleArn: "arn:aws:iam::444455556666:role/kms-app-token" },
      400,
      "InvalidIdentityToken",
      noProvider(GITHUB),
    ],
    [
      { WebIdentityToken: `${header}.${altered}.${signature}` },
      400,
      "InvalidIdentityToken",
      "Token signature invalid",
    ],
    [
      { WebIdentityToken: await idToken(other) },
      400,
      "InvalidIdentityToken",
      "Token signature invalid",
    ],
    [
      { WebIdentityToken: await idToken(sandbox, "https://github.com/octo-org") },
      400,
      "InvalidIdentityToken",
      "Incorrect token audience",
    ],
    [{ RoleArn: `${ROLE}-2` }, 403, "AccessDenied", untrusted],
  ];
  for (const [change, expectedStatus, code, message] of cases) {
    const { status, headers, xml, fields } = await post(sandbox, {
      ...assumption(good),
      ...change,
    });
    const label = JSON.stringify(change);
    assert.equal(fields.Code, code, `${label} ${xml}`);
    assert.equal(status, expectedStatus, label);
    if (typeof message === "string") assert.equal(fields.Message, message, label);
    else assert.match(fields.Message ?? "", message, label);
    assert.equal(fields.Type, "Sender");
    assert.equal(fields.RequestId, headers.get("x-amzn-requestid"));
    assert.match(xml, /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">/);
  }
  assert.equal((await sandbox.fetch(STS)).status, 404);
});

test("the sandbox's STS asks its identity provider and the role's trust policy", async () => {
  let now = Date.now();
  const sandbox = await makeSandbox({ now: () => new Date(now) });
  const { world } = sandbox;
  const codeFor = async (token: string, url?: string) => {
    const { status, fields } = await post(sandbox, assumption(token), url);
    return status === 200 ? "accepted" : fields.Code;
  };
  const codeForSubject = async (sub: string) => {
    Object.assign(world.idTokenClaims, { sub });
    return await codeFor(await idToken(sandbox));
  };
  const token = await idToken(sandbox);
  assert.equal(await codeFor(token), "accepted");
  now += 299_000;
  assert.equal(await codeFor(token), "accepted");
  now += 2_000;
  assert.equal(await codeFor(token), "ExpiredTokenException");

  const subjects: [string, string][] = [
    ["repo:octo-org/hello:pull_request", "accepted"],
    ["repo:octo-org@9001/hello@5001:ref:refs/heads/main", "accepted"],
    ["repo:octo-org@9001/hello@5009:ref:refs/heads/main", "AccessDenied"],
    ["repo:octo-org/hello-world:pull_request", "AccessDenied"],
    ["repo:Octo-Org/hello:pull_request", "AccessDenied"],
    ["", "AccessDenied"],
  ];
  for (const [sub, expected] of subjects) assert.equal(await codeForSubject(sub), expected, sub);
  Object.assign(world.roles[0] ?? {}, { subjects: ["repo:*/h?llo:*"] });
  assert.equal(await codeForSubject("repo:octocat/hallo:pull_request"), "accepted");

  const fresh = await idToken(sandbox, "mine");
  assert.equal(await codeFor(fresh), "InvalidIdentityToken");
  world.identityProvider.audiences.push("mine");
  assert.equal(await codeFor(fresh), "accepted");
  world.identityProvider.registered = false;
  assert.equal(await codeFor(fresh), "InvalidIdentityToken");
});

test("the sandbox's STS knows the sandbox's own issuer wherever both are served", async () => {
  const sandbox = await makeSandbox();
  const env = sandbox.environment(ORIGIN);
  assert.equal(env.AWS_ENDPOINT_URL_STS, `${ORIGIN}/sts`);
  const token = await idToken(sandbox, "sts.amazonaws.com", `${ORIGIN}/actions`);
  for (const url of [
    env.AWS_ENDPOINT_URL_STS,
    STS,
    "https://sts.amazonaws.com/",
    "https://sts-fips.us-east-1.amazonaws.com/",
    "https://sts.eu-west-1.api.aws/",
  ]) {
    const { status, fields } = await post(sandbox, assumption(token), url);
    assert.equal(status, 200, url);
    assert.equal(fields.Provider, "arn:aws:iam::111122223333:oidc-provider/127.0.0.1:4000/actions");
  }
});

test("a session without a policy may do what its role may, and no longer than it lasts", async () => {
  let now = Date.now();
  const sandbox = await makeSandbox({ now: () => new Date(now) });
  const keys = await assume(sandbox, { DurationSeconds: "900" });
  const call = (operation?: string) => callKms(sandbox, keys, operation, {}, new Date(now));
  for (const operation of ["Sign", "GetPublicKey", "DescribeKey"]) {
    assert.equal(await call(operation), "accepted");
  }
  const { sessionToken: _, ...withoutToken } = keys;
  for (const wrong of [withoutToken, { ...keys, sessionToken: "other" }]) {
    assert.equal(await callKms(sandbox, wrong), "UnrecognizedClientException");
  }
  const role = sandbox.world.roles[0];
  Object.assign(role ?? {}, { allowed: ["DescribeKey"] });
  assert.equal(await call(), "because no identity-based policy allows the kms:Sign action");
  assert.equal(await call("DescribeKey"), "accepted");
  now += 899_000;
  assert.equal(await call("DescribeKey"), "accepted");
  now += 2_000;
  assert.equal(await call("DescribeKey"), "ExpiredTokenException");
});

test("a session obeys the policy it was begun with in every call to KMS", async () => {
  const sandbox = await makeSandbox();
  const notAllowed = (operation: string) =>
    `because no session policy allows the kms:${operation} action`;
  const narrow = await assume(sandbox, {
    Policy: signOnly({
      Resource: sandbox.keyArn,
      Condition: {
        StringEquals: {
          "kms:SigningAlgorithm": ALGORITHM,
          "kms:MessageType": "RAW",
          "kms:RequestAlias": "alias/github-app",
        },
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/github-app" },
      },
    }),
  });
  const aliasArn = "arn:aws:kms:eu-west-1:111122223333:alias/github-app";
  const cases: [string, Record<string, unknown>, string][] = [
    ["Sign", {}, "accepted"],
    ["Sign", { KeyId: aliasArn }, "accepted"],
    // A condition on a parameter applies to its default too.
    ["Sign", { MessageType: undefined }, "accepted"],
    ["Sign", { MessageType: "DIGEST" }, notAllowed("Sign")],
    ["Sign", { SigningAlgorithm: "RSASSA_PSS_SHA_256" }, notAllowed("Sign")],
    ["Sign", { SigningAlgorithm: undefined }, notAllowed("Sign")],
    ["Sign", { KeyId: sandbox.keyArn }, notAllowed("Sign")],
    ["Sign", { KeyId: "alias/other" }, "NotFoundException"],
    ["GetPublicKey", {}, notAllowed("GetPublicKey")],
    ["DescribeKey", {}, notAllowed("DescribeKey")],
  ];
  for (const [operation, change, expected] of cases) {
    assert.equal(
      await callKms(sandbox, narrow, operation, change),
      expected,
      `${operation} ${JSON.stringify(change)}`,
    );
  }

  const otherKey = await assume(sandbox, { Policy: signOnly({ Resource: `${sandbox.keyArn}0` }) });
  assert.equal(await callKms(sandbox, otherKey), notAllowed("Sign"));
  const onAlias = await assume(sandbox, { Policy: signOnly({ Resource: aliasArn }) });
  assert.equal(await callKms(sandbox, onAlias), notAllowed("Sign"));
  const denying = await assume(sandbox, {
    Policy: JSON.stringify({
      Statement: [
        { Effect: "Allow", Action: "*", Resource: "*" },
        { Effect: "Deny", Action: "kms:si*", Resource: "*" },
      ],
    }),
  });
  assert.equal(await callKms(sandbox, denying), "with an explicit deny in a session policy");
  assert.equal(await callKms(sandbox, denying, "GetPublicKey"), "accepted");

  const generous = await assume(sandbox, { Policy: signOnly({ Action: "kms:*" }) });
  Object.assign(sandbox.world.roles[0] ?? {}, { allowed: [] });
  assert.equal(
    await callKms(sandbox, generous),
    "because no identity-based policy allows the kms:Sign action",
  );
  assert.equal(await callKms(sandbox, CREDENTIALS), "accepted");
});

test("the sandbox keeps a thousand sessions, and drops expired ones before the oldest", async () => {
  let now = Date.now();
  const sandbox = await makeSandbox({ now: () => new Date(now) });
  const call = (keys: Keys) => callKms(sandbox, keys, "DescribeKey", {}, new Date(now));
  const long = await assume(sandbox, { DurationSeconds: "3600" });
  const short = await assume(sandbox, { DurationSeconds: "900" });
  now += 901_000;
  const token = await idToken(sandbox);
  const fill = async (count: number) => {
    for (let each = 0; each < count; each++) await post(sandbox, assumption(token));
  };
  await fill(998);
  assert.equal(await call(short), "ExpiredTokenException");
  await fill(1);
  assert.equal(await call(short), "UnrecognizedClientException");
  assert.equal(await call(long), "accepted");
  await fill(1);
  assert.equal(await call(long), "UnrecognizedClientException");
});

test("GetCallerIdentity tells whose signature it is", async () => {
  const sandbox = await makeSandbox();
  const user = await callerIdentity(sandbox, CREDENTIALS);
  assert.equal(user.status, 200, user.xml);
  assert.match(user.xml, /^<GetCallerIdentityResponse xmlns=/);
  assert.equal(user.fields.Account, "111122223333");
  assert.equal(user.fields.Arn, "arn:aws:iam::111122223333:user/sandbox");
  assert.match(user.fields.UserId ?? "", /^AIDA[A-Z2-7]{17}$/);
  const { fields } = await callerIdentity(sandbox, await assume(sandbox), `${ORIGIN}/sts`);
  assert.equal(fields.Account, "111122223333");
  assert.equal(fields.Arn, SESSION);
  assert.match(fields.UserId ?? "", /^AROA[A-Z2-7]{17}:ci$/);

  const expired = await assume(sandbox);
  const unsigned = await post(sandbox, { Action: "GetCallerIdentity", Version: "2011-06-15" });
  assert.deepEqual([unsigned.status, unsigned.fields.Code], [403, "MissingAuthenticationToken"]);
  const global = "https://sts.amazonaws.com/";
  const cases: [Keys, string, string, string][] = [
    [{ ...CREDENTIALS, secretAccessKey: "other" }, STS, "eu-west-1", "SignatureDoesNotMatch"],
    [{ ...CREDENTIALS, accessKeyId: "AKIAOTHER" }, STS, "eu-west-1", "InvalidClientTokenId"],
    [{ ...expired, sessionToken: "other" }, STS, "eu-west-1", "InvalidClientTokenId"],
    [CREDENTIALS, STS, "us-east-1", "SignatureDoesNotMatch"],
    [CREDENTIALS, global, "eu-west-1", "SignatureDoesNotMatch"],
  ];
  for (const [keys, url, region, code] of cases) {
    const answer = await callerIdentity(sandbox, keys, url, region);
    assert.deepEqual([answer.status, answer.fields.Code], [403, code]);
  }
  assert.equal((await callerIdentity(sandbox, CREDENTIALS, global, "us-east-1")).status, 200);
});

test("faults of the sandbox's STS look like AWS's and hit the operation they name", async () => {
  const sandbox = await makeSandbox();
  const form = assumption(await idToken(sandbox));
  sandbox.fail({ service: "sts", match: "GetCallerIdentity", kind: "throttle" });
  assert.equal((await post(sandbox, form)).status, 200);
  const throttled = await callerIdentity(sandbox, CREDENTIALS);
  assert.deepEqual([throttled.status, throttled.fields.Code], [400, "Throttling"]);
  assert.equal(throttled.fields.Type, "Sender");
  sandbox.fail({ service: "sts", kind: "server_error" });
  const broken = await post(sandbox, form);
  assert.deepEqual([broken.status, broken.fields.Code], [500, "InternalFailure"]);
  assert.equal(broken.fields.Type, "Receiver");
  sandbox.fail({ service: "sts", kind: "network_error" });
  assert.ok((await thrownBy(() => post(sandbox, form))) instanceof TypeError);
  sandbox.fail({ service: "sts", kind: "answer", status: 403, body: "<html>" });
  assert.equal((await post(sandbox, form)).xml, "<html>");
  assert.deepEqual(
    sandbox.requests.slice(1).map(({ operation, status }) => `${operation} ${status}`),
    [
      "AssumeRoleWithWebIdentity 200",
      "GetCallerIdentity 400",
      "AssumeRoleWithWebIdentity 500",
      "AssumeRoleWithWebIdentity 0",
      "AssumeRoleWithWebIdentity 403",
    ],
  );
});

const QUESTION: PolicyQuestion = {
  action: "kms:Sign",
  resource: "arn:aws:kms:eu-west-1:111122223333:key/1234",
  context: {
    "kms:MessageType": "RAW",
    "kms:ResourceAliases": ["alias/one", "alias/two"],
    "aws:SecureTransport": "true",
  },
};

function parsed(statement: object): IamPolicy {
  const policy = parseIamPolicy(JSON.stringify({ Statement: statement }));
  assert.ok("statements" in policy, JSON.stringify(policy));
  return policy;
}

test("evaluateIamPolicy() matches actions without case and resources with it", () => {
  const { resource } = QUESTION;
  const cases: [object, PolicyAnswer][] = [
    [{ Action: "kms:Sign", Resource: "*" }, "allowed"],
    [{ Action: "KMS:sign", Resource: resource }, "allowed"],
    [{ Action: ["kms:Verify", "kms:S?g*"], Resource: ["arn:aws:s3:::x", resource] }, "allowed"],
    [{ Action: "*", Resource: "arn:aws:kms:*:111122223333:key/*" }, "allowed"],
    [{ NotAction: "kms:GetPublicKey", Resource: "*" }, "allowed"],
    [{ NotAction: ["kms:Get*", "kms:Sign"], Resource: "*" }, "not_allowed"],
    [{ Action: "kms:*", NotResource: "arn:aws:kms:us-east-1:*" }, "allowed"],
    [{ Action: "kms:*", NotResource: resource }, "not_allowed"],
    [{ Action: "kms:Sig", Resource: "*" }, "not_allowed"],
    [{ Action: "sts:*", Resource: "*" }, "not_allowed"],
    [
      {
        Action: "kms:*",
        Resource: resource
          .toUpperCase()
          .replace(/^.*:KEY/, "arn:aws:kms:eu-west-1:111122223333:KEY"),
      },
      "not_allowed",
    ],
    [{ Action: "kms:*", Resource: `${resource}5` }, "not_allowed"],
  ];
  for (const [statement, expected] of cases) {
    const answer = evaluateIamPolicy(parsed({ Effect: "Allow", ...statement }), QUESTION);
    assert.equal(answer, expected, JSON.stringify(statement));
  }
});

test("evaluateIamPolicy() lets conditions decide as IAM does", () => {
  const RAW = { "kms:MessageType": "RAW" };
  const absent = { "kms:RequestAlias": "alias/one" };
  // [condition, allowed by an Allow with it, denied by a Deny with it]
  const cases: [object, boolean, boolean][] = [
    [{}, true, true],
    [{ StringEquals: RAW }, true, true],
    [{ StringEquals: { "KMS:messagetype": "RAW" } }, true, true],
    [{ StringEquals: { "kms:MessageType": ["DIGEST", "RAW"] } }, true, true],
    [{ StringEquals: { "kms:MessageType": "raw" } }, false, false],
    [{ StringEquals: { "kms:MessageType": [] } }, false, false],
    [{ StringEqualsIgnoreCase: { "kms:MessageType": "raw" } }, true, true],
    [{ StringNotEquals: RAW }, false, false],
    [{ StringNotEquals: { "kms:MessageType": ["DIGEST", "RAW"] } }, false, false],
    [{ StringLike: { "kms:MessageType": "R?*" } }, true, true],
    [{ StringNotLike: { "kms:MessageType": "D*" } }, true, true],
    [{ Bool: { "aws:SecureTransport": true } }, true, true],
    [{ Bool: { "aws:SecureTransport": "false" } }, false, false],
    // Absent keys: no match, but for the negated operators.
    [{ StringEquals: absent }, false, false],
    [{ StringNotEquals: absent }, true, true],
    [{ StringEqualsIfExists: absent }, true, true],
    [{ StringEqualsIfExists: { "kms:MessageType": "DIGEST" } }, false, false],
    [{ Null: { "kms:RequestAlias": "true" } }, true, true],
    [{ Null: { "kms:RequestAlias": false } }, false, false],
    [{ Null: { "kms:MessageType": false } }, true, true],
    // Multivalued keys want a quantifier.
    [{ "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/two" } }, true, true],
    [{ "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/three" } }, false, false],
    [{ "ForAnyValue:StringEquals": absent }, false, false],
    [{ "ForAllValues:StringEquals": { "kms:ResourceAliases": "alias/two" } }, false, false],
    [{ "ForAllValues:StringLike": { "kms:ResourceAliases": "alias/*" } }, true, true],
    [{ "ForAllValues:StringEquals": absent }, true, true],
    [{ StringEquals: { "kms:ResourceAliases": "alias/two" } }, false, false],
    // All lines have to hold.
    [{ StringEquals: RAW, StringLike: absent }, false, false],
    [{ StringEquals: { ...RAW, ...absent } }, false, false],
    // An operator that cannot be judged never helps.
    [{ IpAddress: { "aws:SourceIp": "192.0.2.1" } }, false, true],
    [{ StringMatches: RAW }, false, true],
    [{ StringMatches: RAW, StringEquals: absent }, false, false],
  ];
  for (const [Condition, allows, denies] of cases) {
    const all = { Action: "*", Resource: "*" };
    const allow = parsed({ Effect: "Allow", ...all, Condition });
    const deny = parsed([
      { Effect: "Deny", ...all, Condition },
      { Effect: "Allow", ...all },
    ]);
    const label = JSON.stringify(Condition);
    assert.equal(evaluateIamPolicy(allow, QUESTION), allows ? "allowed" : "not_allowed", label);
    assert.equal(evaluateIamPolicy(deny, QUESTION), denies ? "denied" : "allowed", label);
  }
});

test("parseIamPolicy() refuses what IAM does not take as a session policy", () => {
  const allow = { Effect: "Allow", Action: "kms:Sign", Resource: "*" };
  const syntax = /^Syntax errors in policy\.$/;
  const cases: [string | object, RegExp][] = [
    ["", /invalid Json/],
    ["[]", syntax],
    ["null", syntax],
    [{ Version: "2012-10-17" }, syntax],
    [{ Version: "2012-10-18", Statement: allow }, syntax],
    [{ Statement: [] }, /Statement is empty/],
    [{ Statement: ["Allow"] }, syntax],
    [{ Statement: { ...allow, Effect: "allow" } }, syntax],
    [{ Statement: { ...allow, Principal: "*" } }, syntax],
    [{ Statement: { ...allow, NotAction: "kms:Verify" } }, /must contain actions/],
    [{ Statement: { ...allow, Action: undefined } }, /must contain actions/],
    [{ Statement: { ...allow, Action: [] } }, /must contain actions/],
    [{ Statement: { ...allow, Action: "Sign" } }, /prefaced by a vendor/],
    [{ Statement: { ...allow, Resource: undefined } }, /must contain resources/],
    [{ Statement: { ...allow, Resource: "alias/x" } }, /^Resource alias\/x must be in ARN format/],
    [{ Statement: { ...allow, Condition: "no" } }, syntax],
    [{ Statement: { ...allow, Condition: { StringEquals: "x" } } }, syntax],
    [{ Statement: { ...allow, Condition: { StringEquals: { x: null } } } }, syntax],
  ];
  for (const [policy, message] of cases) {
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    const result = parseIamPolicy(text);
    assert.ok("malformed" in result, text);
    assert.match(result.malformed, message, text);
  }
});

test("matchesWildcard() knows * and ? and takes no longer for many stars", () => {
  const cases: [string, string, boolean][] = [
    ["", "", true],
    ["*", "", true],
    ["?", "", false],
    ["a*c", "abbc", true],
    ["a*c", "abbcd", false],
    ["a?c", "ac", false],
    ["**a**", "bab", true],
    ["*ab", "aab", true],
    ["a.c", "abc", false],
    ["[a]*", "[a]b", true],
    ["a*b*c", "a-b-b-c-c", true],
  ];
  for (const [pattern, text, expected] of cases) {
    assert.equal(matchesWildcard(pattern, text), expected, `${pattern} ${text}`);
  }
  assert.equal(matchesWildcard(`${"a*".repeat(1_000)}b`, "a".repeat(2_000)), false);
});
