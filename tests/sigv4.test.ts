import assert from "node:assert/strict";
import { test } from "node:test";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { signAwsRequest } from "../src/aws/signed_request.ts";
import { createSandbox } from "../src/sandbox/mod.ts";
import { privateKeyPem } from "./fixture.ts";

// A seeded generator (mulberry32), so that a failure can be repeated.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Case {
  readonly url: URL;
  readonly region: string;
  readonly target: string;
  readonly body: string;
  readonly date: Date;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
const UNICODE = "añ…→日本語🔑\u0301 \t\"\\{}<>&'";

function generateCase(random: () => number): Case {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const text = (letters: string, length: number) => {
    const characters = [...letters];
    return Array.from({ length }, () => pick(characters)).join("");
  };
  const region = pick([
    "eu-west-1",
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
    "eusc-de-east-1",
    "us-iso-east-1",
  ]);
  const url = new URL(
    pick([
      `https://kms.${region}.amazonaws.com`,
      `https://kms-fips.${region}.api.aws`,
      "http://127.0.0.1:4000/kms",
      `http://localhost:${1024 + Math.floor(random() * 60_000)}/a/deeper/path/`,
      `https://vpce-0a1b.kms.${region}.vpce.amazonaws.com:8443`,
      "https://proxy.example.com/with%20space/~tilde/and+plus/(x)",
    ]),
  );
  const nearMidnight = pick([
    "2026-02-28T23:59:59.999Z",
    "2026-03-01T00:00:00.000Z",
    "2027-12-31T23:59:59.001Z",
    "2024-02-29T00:00:01.500Z",
  ]);
  const sessionToken = pick([undefined, text(BASE64, 16 + Math.floor(random() * 800))]);
  const filler = text(pick([BASE64, UNICODE]), Math.floor(random() * random() * 4_000));
  return {
    url,
    region,
    target: `TrentService.${pick(["Sign", "GetPublicKey", "DescribeKey"])}`,
    body: pick(["", "{}", JSON.stringify({ KeyId: "alias/github-app", Message: filler })]),
    date: new Date(Date.parse(nearMidnight) + Math.floor((random() - 0.5) * 4_000)),
    credentials: {
      accessKeyId: text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20),
      secretAccessKey: text(pick([BASE64, UNICODE]), 40),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
}

async function ours({
  url,
  region,
  target,
  body,
  date,
  credentials,
}: Case): Promise<Record<string, string>> {
  return await signAwsRequest({ url, service: "kms", region, target, body }, credentials, date);
}

async function theirs({
  url,
  region,
  target,
  body,
  date,
  credentials,
}: Case): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: "kms",
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: {},
      headers: {
        host: url.host,
        "x-amz-target": target,
        "content-type": "application/x-amz-json-1.1",
      },
      body,
    },
    { signingDate: date, unsignableHeaders: new Set(["content-type"]) },
  );
  return signed.headers;
}

test("signAwsRequest() equals @smithy/signature-v4 over 600 generated requests", async () => {
  const random = generator(20261121);
  const authorizations = new Set<string>();
  let sessions = 0;
  let largest = 0;
  for (let index = 0; index < 600; index++) {
    const one = generateCase(random);
    const [mine, reference] = await Promise.all([ours(one), theirs(one)]);
    const shown = `case ${index}: ${one.url.href} ${one.date.toISOString()}`;
    assert.equal(mine.authorization, reference.authorization, shown);
    assert.equal(mine["x-amz-date"], reference["x-amz-date"], shown);
    assert.equal(mine["x-amz-security-token"], reference["x-amz-security-token"], shown);
    authorizations.add(mine.authorization ?? "");
    if (one.credentials.sessionToken) sessions++;
    largest = Math.max(largest, new TextEncoder().encode(one.body).length);
  }
  // The generator has to have covered what it promises to.
  assert.ok(authorizations.size > 590, `${authorizations.size} different signatures`);
  assert.ok(sessions > 200 && sessions < 400, `${sessions} with a session token`);
  assert.ok(largest > 6_000 && largest < 16_000, `largest body ${largest} bytes`);
});

test("signAwsRequest() gives another signature when any input differs by one byte", async () => {
  const random = generator(7);
  for (let index = 0; index < 40; index++) {
    const one = generateCase(random);
    const { credentials } = one;
    const { authorization } = await ours(one);
    const changes: Partial<Case>[] = [
      { body: `${one.body} ` },
      { region: one.region.replace("1", "2") },
      { target: `${one.target}x` },
      { date: new Date(one.date.getTime() + 1_000) },
      { url: new URL(`${one.url.origin}${one.url.pathname.replace(/\/$/, "")}/x`) },
      {
        credentials: {
          ...credentials,
          secretAccessKey: `${credentials.secretAccessKey.slice(0, -1)}!`,
        },
      },
      { credentials: { ...credentials, sessionToken: `${credentials.sessionToken ?? ""}A` } },
    ];
    for (const change of changes) {
      const changed = await ours({ ...one, ...change });
      assert.notEqual(changed.authorization, authorization, Object.keys(change).join());
    }
  }
});

test("the sandbox accepts what @smithy/signature-v4 signs, and refuses it with one byte changed", async () => {
  const date = new Date("2026-11-21T10:00:00Z");
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem(), now: () => date });
  const { accessKeyId = "", secretAccessKey = "" } = sandbox.world.principals[0] ?? {};
  const one: Case = {
    url: new URL("http://127.0.0.1:4000/kms/with%20space"),
    region: "eu-west-1",
    target: "TrentService.GetPublicKey",
    body: JSON.stringify({ KeyId: sandbox.keyArn, Note: UNICODE }),
    date,
    credentials: { accessKeyId, secretAccessKey },
  };
  const headers = await theirs(one);
  const send = (body: string) => sandbox.fetch(one.url.href, { method: "POST", headers, body });
  assert.equal((await send(one.body)).status, 200);
  const refused = await send(one.body.replace("Note", "Nope"));
  assert.equal(refused.status, 400);
  assert.equal(((await refused.json()) as { __type: string }).__type, "InvalidSignatureException");
});
