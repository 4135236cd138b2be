import assert from "node:assert/strict";
import { test } from "node:test";
import { AppTokenError, type AwsCredentials, InputError, kmsSigner } from "../mod.ts";
import { regionalEndpoint } from "../src/aws/endpoint.ts";
import type { SandboxPrincipal, SandboxWorld } from "../src/sandbox/mod.ts";
import { CREDENTIALS, createFixture, failureOf, json, QUICK, thrownBy } from "./fixture.ts";

const KEY_UUID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY_ARN = `arn:aws:kms:eu-west-1:111122223333:key/${KEY_UUID}`;

interface Sent {
  url: string;
  init: RequestInit & { headers: Record<string, string> };
}

/** A signer whose requests are caught instead of sent. */
function catching(options: Partial<Parameters<typeof kmsSigner>[0]>) {
  const sent: Sent[] = [];
  const signer = kmsSigner({
    keyId: KEY_ARN,
    credentials: CREDENTIALS,
    ...options,
    fetch: (url, init) => {
      sent.push({ url, init });
      return Promise.resolve(
        json({ KeyId: KEY_ARN, Signature: "AAAA", SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256" }),
      );
    },
  });
  return { signer, sent };
}

test("kmsSigner() sends one RAW RSASSA_PKCS1_V1_5_SHA_256 request for each signature", async () => {
  const { signer, sent } = catching({});
  const { signature, keyArn } = await signer("header.payload");
  assert.deepEqual([...signature], [0, 0, 0]);
  assert.equal(keyArn, KEY_ARN);
  assert.equal(sent.length, 1);
  const { url, init } = sent[0] as Sent;
  assert.equal(url, "https://kms.eu-west-1.amazonaws.com/");
  assert.equal(init.method, "POST");
  assert.equal(init.redirect, "manual");
  assert.equal(init.headers["content-type"], "application/x-amz-json-1.1");
  assert.equal(init.headers["x-amz-target"], "TrentService.Sign");
  assert.deepEqual(JSON.parse(String(init.body)), {
    KeyId: KEY_ARN,
    Message: btoa("header.payload"),
    MessageType: "RAW",
    SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
  });
});

test("kmsSigner() takes the Region from the ARN, else from the option, and never guesses", async () => {
  const cases: [string, string | undefined, string][] = [
    [KEY_ARN, "us-east-1", "kms.eu-west-1.amazonaws.com"],
    [KEY_UUID, "us-east-1", "kms.us-east-1.amazonaws.com"],
    ["mrk-1234abcd12ab34cd56ef1234567890ab", "eu-central-1", "kms.eu-central-1.amazonaws.com"],
    ["alias/github-app", "ap-southeast-2", "kms.ap-southeast-2.amazonaws.com"],
    [
      "arn:aws:kms:us-west-2:111122223333:alias/team/app_1",
      undefined,
      "kms.us-west-2.amazonaws.com",
    ],
    [
      `arn:aws-cn:kms:cn-north-1:111122223333:key/${KEY_UUID}`,
      undefined,
      "kms.cn-north-1.amazonaws.com.cn",
    ],
    [` ${KEY_ARN}\n`, undefined, "kms.eu-west-1.amazonaws.com"],
  ];
  for (const [keyId, region, host] of cases) {
    const { signer, sent } = catching({ keyId, region });
    await signer("x.y");
    assert.equal(new URL(sent[0]?.url ?? "").host, host, keyId);
    assert.match(
      sent[0]?.init.headers.authorization ?? "",
      new RegExp(`/${host.split(".")[1]}/kms/aws4_request`),
    );
  }
  for (const region of [undefined, ""]) {
    const error = await failureOf(() =>
      kmsSigner({ keyId: "alias/github-app", region, credentials: CREDENTIALS }),
    );
    assert.equal(error.code, "aws_region_missing");
    assert.match(error.message, /pass a key ARN or set AWS_REGION/);
  }
});

test("kmsSigner() refuses what cannot be a key, and says what to write", async () => {
  const cases: [string, RegExp][] = [
    ["", /KMS key "": give a key id, alias/],
    ["github-app", /for an alias write alias\/github-app/],
    ["arn:aws:iam::111122223333:role/app", /the ARN of either \(arn:aws:kms:/],
    [`arn:aws:kms:eu-west-1:1111:key/${KEY_UUID}`, /the ARN of either \(arn:aws:kms:/],
    [`arn:aws:kms:eu-west-1:111122223333:${KEY_UUID}`, /the ARN of either \(arn:aws:kms:/],
    ["alias/with space", /give a key id/],
    [`${KEY_UUID}\u0000x`, /Cannot use KMS key: give a key id/],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END",
      /Cannot use KMS key: give a key id/,
    ],
  ];
  for (const [keyId, message] of cases) {
    const error = await thrownBy(() =>
      kmsSigner({ keyId, region: "eu-west-1", credentials: CREDENTIALS }),
    );
    assert.ok(error instanceof InputError, keyId);
    assert.match(error.message, message);
  }
  const zone = await thrownBy(() =>
    kmsSigner({ keyId: KEY_UUID, region: "eu-west-1a", credentials: CREDENTIALS }),
  );
  assert.ok(zone instanceof InputError);
  assert.match(zone.message, /write it like eu-west-1/);
});

test("regionalEndpoint() knows every partition, FIPS and dual-stack", () => {
  const cases: [string, string, string, string, string][] = [
    [
      "eu-west-1",
      "kms.eu-west-1.amazonaws.com",
      "kms-fips.eu-west-1.amazonaws.com",
      "kms.eu-west-1.api.aws",
      "kms-fips.eu-west-1.api.aws",
    ],
    [
      "cn-north-1",
      "kms.cn-north-1.amazonaws.com.cn",
      "kms-fips.cn-north-1.amazonaws.com.cn",
      "kms.cn-north-1.api.amazonwebservices.com.cn",
      "kms-fips.cn-north-1.api.amazonwebservices.com.cn",
    ],
    [
      "us-gov-west-1",
      "kms.us-gov-west-1.amazonaws.com",
      "kms-fips.us-gov-west-1.amazonaws.com",
      "kms.us-gov-west-1.api.aws",
      "kms-fips.us-gov-west-1.api.aws",
    ],
    [
      "eusc-de-east-1",
      "kms.eusc-de-east-1.amazonaws.eu",
      "kms-fips.eusc-de-east-1.amazonaws.eu",
      "kms.eusc-de-east-1.api.amazonwebservices.eu",
      "kms-fips.eusc-de-east-1.api.amazonwebservices.eu",
    ],
    [
      "us-iso-east-1",
      "kms.us-iso-east-1.c2s.ic.gov",
      "kms-fips.us-iso-east-1.c2s.ic.gov",
      "kms.us-iso-east-1.api.aws.ic.gov",
      "kms-fips.us-iso-east-1.api.aws.ic.gov",
    ],
    [
      "us-isob-east-1",
      "kms.us-isob-east-1.sc2s.sgov.gov",
      "kms-fips.us-isob-east-1.sc2s.sgov.gov",
      "kms.us-isob-east-1.api.aws.scloud",
      "kms-fips.us-isob-east-1.api.aws.scloud",
    ],
    [
      "eu-isoe-west-1",
      "kms.eu-isoe-west-1.cloud.adc-e.uk",
      "kms-fips.eu-isoe-west-1.cloud.adc-e.uk",
      "kms.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
      "kms-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
    ],
    [
      "us-isof-south-1",
      "kms.us-isof-south-1.csp.hci.ic.gov",
      "kms-fips.us-isof-south-1.csp.hci.ic.gov",
      "kms.us-isof-south-1.api.aws.hci.ic.gov",
      "kms-fips.us-isof-south-1.api.aws.hci.ic.gov",
    ],
  ];
  for (const [region, plain, fips, dualstack, both] of cases) {
    assert.equal(regionalEndpoint("kms", region), `https://${plain}`);
    assert.equal(regionalEndpoint("kms", region, { useFips: true }), `https://${fips}`);
    assert.equal(regionalEndpoint("kms", region, { useDualstack: true }), `https://${dualstack}`);
    assert.equal(
      regionalEndpoint("kms", region, { useFips: true, useDualstack: true }),
      `https://${both}`,
    );
  }
});

test("regionalEndpoint() knows that GovCloud's STS has no host of its own for FIPS", () => {
  const fips = { useFips: true };
  assert.equal(
    regionalEndpoint("sts", "eu-west-1", fips),
    "https://sts-fips.eu-west-1.amazonaws.com",
  );
  assert.equal(
    regionalEndpoint("sts", "us-gov-west-1", fips),
    "https://sts.us-gov-west-1.amazonaws.com",
  );
  assert.equal(
    regionalEndpoint("kms", "us-gov-west-1", fips),
    "https://kms-fips.us-gov-west-1.amazonaws.com",
  );
  assert.equal(regionalEndpoint("sts", "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
});

test("kmsSigner() uses another endpoint as it is given, over https or on loopback alone", async () => {
  const vpc = "https://vpce-0a1b-xyz.kms.eu-west-1.vpce.amazonaws.com";
  for (const [endpoint, sentTo] of [
    [vpc, `${vpc}/`],
    ["http://127.0.0.1:4566/kms/", "http://127.0.0.1:4566/kms"],
    ["http://[::1]:8080", "http://[::1]:8080/"],
  ]) {
    const { signer, sent } = catching({ endpoint });
    await signer("x.y");
    assert.equal(sent[0]?.url, sentTo);
  }
  for (const endpoint of [
    "http://kms.example.com",
    "ftp://127.0.0.1",
    "kms.example.com",
    "https://user:pass@kms.example.com",
    "https://kms.example.com/?x=1",
  ]) {
    const error = await thrownBy(() => catching({ endpoint }));
    assert.ok(error instanceof InputError, endpoint);
    assert.ok(!error.message.includes("user:pass"), error.message);
  }
});

test("kmsSigner() asks a credential provider before each request, and sends no empty session token", async () => {
  let asked = 0;
  const provider = () => {
    asked++;
    return Promise.resolve({ ...CREDENTIALS, sessionToken: asked === 1 ? "" : "session+/=" });
  };
  const { signer, sent } = catching({ credentials: provider });
  await signer("x.y");
  await signer("x.y");
  assert.equal(asked, 2);
  assert.equal(sent[0]?.init.headers["x-amz-security-token"], undefined);
  assert.equal(sent[1]?.init.headers["x-amz-security-token"], "session+/=");
});

test("kmsSigner() refuses credentials that cannot work, without showing them", async () => {
  const missing: AwsCredentials[] = [
    { accessKeyId: "", secretAccessKey: "secret-value" },
    { accessKeyId: "AKIDVALUE", secretAccessKey: "" },
  ];
  for (const credentials of missing) {
    const error = await failureOf(() => kmsSigner({ keyId: KEY_ARN, credentials }));
    assert.equal(error.code, "aws_credentials_missing");
    assert.ok(!/secret-value|AKIDVALUE/.test(error.message));
  }
  for (const change of [
    { sessionToken: "line\nbreak" },
    { sessionToken: "ünïcode" },
    { secretAccessKey: "secret\n" },
  ]) {
    const error = await thrownBy(() =>
      kmsSigner({ keyId: KEY_ARN, credentials: { ...CREDENTIALS, ...change } }),
    );
    assert.ok(error instanceof InputError);
    assert.match(error.message, /white space or other characters/);
  }
});

test("every refusal of KMS becomes its own code, is not retried, and says what to change", async () => {
  const key = (change: Partial<SandboxWorld["key"]>) => (world: SandboxWorld) =>
    void Object.assign(world.key, change);
  const principal = (change: Partial<SandboxPrincipal>) => (world: SandboxWorld) =>
    void Object.assign(world.principals[0] ?? {}, change);
  const cases: [string, (world: SandboxWorld) => void, RegExp][] = [
    [
      "kms_access_denied",
      principal({ allowed: [] }),
      /role's own policy.*user\/sandbox.*kms:Sign.*key\/1234abcd/,
    ],
    [
      "kms_key_not_found",
      key({ alias: "alias/other" }),
      /no such key in eu-west-1 at kms\.eu-west-1\.amazonaws\.com/,
    ],
    ["kms_key_disabled", key({ state: "Disabled" }), /enable-key --region eu-west-1/],
    ["kms_key_invalid_state", key({ state: "PendingImport" }), /import the same private key again/],
    ["kms_key_invalid_state", key({ state: "PendingDeletion" }), /cancel-key-deletion/],
    ["kms_key_wrong_usage", key({ usage: "ENCRYPT_DECRYPT" }), /RSA_2048 key for SIGN_VERIFY/],
    [
      "aws_credentials_rejected",
      principal({ accessKeyId: "AKIAOTHER" }),
      /does not know the credentials from the environment/,
    ],
    [
      "aws_credentials_rejected",
      principal({ secretAccessKey: "other" }),
      /does not belong to the access key id/,
    ],
    [
      "aws_credentials_rejected",
      principal({ sessionToken: "other" }),
      /temporary ones need all three/,
    ],
    [
      "aws_credentials_expired",
      principal({ expiration: "2020-01-01T00:00:00Z" }),
      /session from the environment has expired/,
    ],
  ];
  for (const [code, change, message] of cases) {
    const { app, sandbox, transcript } = await createFixture();
    change(sandbox.world);
    const error = await failureOf(() => app.jwt());
    assert.equal(error.code, code);
    assert.equal(error.category, "aws");
    assert.equal(error.status, 400);
    assert.match(error.requestId ?? "", /^[0-9a-f-]{36}$/);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    assert.deepEqual(transcript(), ["KMS Sign"], code);
  }
});

test("access denied names the side that has to allow it", async () => {
  const sentences: [string, RegExp][] = [
    ["because no resource-based policy allows the kms:Sign action", /key policy does not allow it/],
    [
      "because no identity-based policy allows the kms:Sign action",
      /role's own policy does not allow it/,
    ],
    [
      "because no session policy allows the kms:Sign action",
      /the session policy does not allow it/,
    ],
    ["with an explicit deny in an identity-based policy", /denies it explicitly/],
    ["", /both/],
  ];
  for (const [sentence, expected] of sentences) {
    const signer = kmsSigner({
      keyId: KEY_ARN,
      credentials: CREDENTIALS,
      fetch: () =>
        Promise.resolve(
          json(
            {
              __type: "com.amazonaws.kms#AccessDeniedException",
              Message: `User: arn:aws:iam::1:user/x is not authorized to perform: kms:Sign ${sentence}`,
            },
            400,
          ),
        ),
    });
    const error = await failureOf(() => signer("x.y"));
    assert.equal(error.code, "kms_access_denied");
    assert.match(error.message, expected);
  }
});

test("an answer that is not KMS's is an error of its own, not a signature", async () => {
  const good = { KeyId: KEY_ARN, Signature: "AAAA", SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256" };
  const bodies: unknown[] = [
    {},
    [],
    null,
    { ...good, Signature: "" },
    { ...good, Signature: "not base64!" },
    { ...good, SigningAlgorithm: "RSASSA_PSS_SHA_256" },
    { Signature: good.Signature },
  ];
  for (const body of bodies) {
    const signer = kmsSigner({
      keyId: KEY_ARN,
      credentials: CREDENTIALS,
      fetch: () => Promise.resolve(json(body)),
    });
    const error = await failureOf(() => signer("x.y"));
    assert.equal(error.code, "aws_bad_response", JSON.stringify(body));
    assert.match(error.message, /check the endpoint/);
  }
  const html = kmsSigner({
    keyId: KEY_ARN,
    credentials: CREDENTIALS,
    fetch: () => Promise.resolve(new Response("<html>Log in</html>")),
  });
  assert.equal((await failureOf(() => html("x.y"))).code, "aws_bad_response");
});

test("an endless answer is cut off", async () => {
  const chunk = new Uint8Array(1024 * 1024);
  let sent = 0;
  const signer = kmsSigner({
    keyId: KEY_ARN,
    credentials: CREDENTIALS,
    retry: QUICK,
    fetch: () => {
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent++;
          controller.enqueue(chunk);
        },
      });
      return Promise.resolve(new Response(body));
    },
  });
  const error = await failureOf(() => signer("x.y"));
  assert.ok(error instanceof AppTokenError);
  assert.equal(error.code, "aws_bad_response");
  assert.ok(sent < 20, `${sent} MB were read`);
});
