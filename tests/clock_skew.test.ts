import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp, createAppJwt, kmsSigner, type Signer } from "../mod.ts";
import { createClock } from "../src/clock.ts";
import { createFixture, failureOf, QUICK } from "./fixture.ts";

const MINUTE = 60_000;

test("a clock ten minutes off ends in a token, with one notice and one signature more", async () => {
  for (const offset of [10 * MINUTE, -10 * MINUTE, 6 * MINUTE, -3 * 60 * MINUTE]) {
    const now = () => new Date(Date.now() + offset);
    const { app, notices, transcript } = await createFixture({ app: { now } });
    const { token } = await app.createToken({ owner: "octo-org" });
    assert.match(token, /^ghs_/);
    assert.deepEqual(
      notices.map(({ code }) => code),
      ["clock_corrected"],
    );
    const side = offset > 0 ? "ahead of" : "behind";
    assert.match(
      notices[0]?.message ?? "",
      new RegExp(`^The clock of this machine is \\d+ s ${side} AWS;`),
    );
    assert.deepEqual(transcript(), [
      "KMS Sign",
      "KMS Sign",
      "KMS Sign",
      "GET /users/octo-org/installation",
      "POST /app/installations/1001/access_tokens",
    ]);
    await app.createToken({ owner: "octo-org" });
    assert.equal(notices.length, 1);
  }
});

test("a clock two minutes fast passes AWS, and is set right by GitHub", async () => {
  const now = () => new Date(Date.now() + 2 * MINUTE);
  const { app, notices, transcript } = await createFixture({ app: { now } });
  await app.createToken({ owner: "octo-org" });
  assert.equal(notices.length, 1);
  assert.match(notices[0]?.message ?? "", /12\d s ahead of GitHub|11\d s ahead of GitHub/);
  assert.deepEqual(transcript().slice(0, 4), [
    "KMS Sign",
    "GET /users/octo-org/installation",
    "KMS Sign",
    "GET /users/octo-org/installation",
  ]);
});

test("concurrent callers with a wrong clock all end in a token, with one notice", async () => {
  for (const offset of [2 * MINUTE, 10 * MINUTE]) {
    const now = () => new Date(Date.now() + offset);
    const { app, notices } = await createFixture({ app: { now }, kms: { now } });
    const tokens = await Promise.all(
      Array.from({ length: 5 }, () => app.createToken({ owner: "octo-org" })),
    );
    assert.equal(new Set(tokens.map(({ token }) => token)).size, 5);
    assert.equal(notices.length, 1);
  }
  // Five requests of one signer, which has a clock of its own.
  const { sandbox } = await createFixture();
  const notices: string[] = [];
  const { accessKeyId = "", secretAccessKey = "" } = sandbox.world.principals[0] ?? {};
  const signer = kmsSigner({
    keyId: sandbox.keyArn,
    credentials: { accessKeyId, secretAccessKey },
    fetch: sandbox.fetch,
    now: () => new Date(Date.now() - 10 * MINUTE),
    onNotice: ({ code }) => void notices.push(code),
  });
  await Promise.all(Array.from({ length: 5 }, () => signer("x.y")));
  assert.deepEqual(notices, ["clock_corrected"]);
});

test("createAppJwt() tells of a clock that it corrects", async () => {
  const { sandbox } = await createFixture();
  const { accessKeyId = "", secretAccessKey = "" } = sandbox.world.principals[0] ?? {};
  const credentials = { accessKeyId, secretAccessKey };
  const signer = kmsSigner({ keyId: sandbox.keyArn, credentials, fetch: sandbox.fetch });
  const notices: string[] = [];
  await createAppJwt({
    appId: 1,
    signer,
    now: () => new Date(Date.now() + 10 * MINUTE),
    onNotice: ({ code }) => void notices.push(code),
  });
  assert.deepEqual(notices, ["clock_corrected"]);
});

test("a clock is corrected when it is more than 30 s off, and not before", async () => {
  const notices: string[] = [];
  const server = Date.parse("2026-11-21T10:00:00Z");
  for (const [offMs, corrected] of [
    [29_000, false],
    [-29_000, false],
    [31_000, true],
    [-31_000, true],
  ] as const) {
    const clock = createClock(
      () => new Date(server + offMs),
      ({ message }) => void notices.push(message),
    );
    assert.equal(clock.correct(new Date(server).toUTCString(), "AWS"), corrected, `${offMs}`);
    assert.equal(clock.now().getTime(), corrected ? server : server + offMs);
    // A second correction adds to the first.
    assert.equal(clock.correct(new Date(server + 120_000).toUTCString(), "AWS"), true);
    assert.equal(clock.now().getTime(), server + 120_000);
    assert.equal(clock.correct("not a date", "AWS"), false);
    assert.equal(clock.correct(null, "AWS"), false);
  }
});

test("a signer that knows no clock is asked again with GitHub's time", async () => {
  const { sandbox } = await createFixture();
  let signatures = 0;
  // Signs through the sandbox's KMS with the right time, whatever the JWT says.
  const signer: Signer = async (signingInput) => {
    signatures++;
    const right = kmsSigner({
      keyId: sandbox.keyArn,
      fetch: sandbox.fetch,
      credentials: {
        accessKeyId: sandbox.world.principals[0]?.accessKeyId ?? "",
        secretAccessKey: sandbox.world.principals[0]?.secretAccessKey ?? "",
      },
    });
    return await right(signingInput);
  };
  const app = createApp({
    appId: 123456,
    signer,
    fetch: sandbox.fetch,
    retry: QUICK,
    now: () => new Date(Date.now() - 20 * MINUTE),
  });
  await app.createToken({ owner: "octo-org" });
  assert.equal(signatures, 2);
});

test("a wrong clock is corrected once, not for ever", async () => {
  const { app, sandbox } = await createFixture();
  let calls = 0;
  const stubborn = createApp({
    appId: 123456,
    retry: QUICK,
    signer: () => Promise.resolve({ signature: new Uint8Array(256) }),
    fetch: () => {
      calls++;
      const date = new Date(Date.now() + calls * 10 * MINUTE).toUTCString();
      return Promise.resolve(
        new Response("{\"message\":\"'Expiration time' claim ('exp') is too far in the future\"}", {
          status: 401,
          headers: { date },
        }),
      );
    },
  });
  const error = await failureOf(() => stubborn.createToken({ owner: "octo-org" }));
  assert.equal(error.code, "github_clock_skew");
  assert.equal(calls, 2);

  // AWS's answer without a Date: nothing to correct by, and so no endless loop.
  const body = JSON.stringify({
    __type: "InvalidSignatureException",
    message: "Signature expired: …",
  });
  sandbox.fail({ service: "kms", kind: "answer", status: 400, headers: { date: "never" }, body });
  assert.equal((await failureOf(() => app.jwt())).code, "aws_clock_skew");
});

test("a clock that is right by less than 30 s is left alone", async () => {
  for (const offset of [25_000, -25_000]) {
    const { app, notices } = await createFixture({
      app: { now: () => new Date(Date.now() + offset) },
    });
    await app.createToken({ owner: "octo-org" });
    assert.deepEqual(notices, []);
  }
});
