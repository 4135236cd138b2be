import assert from "node:assert/strict";
import { test } from "node:test";
import { AppTokenError, InputError, type RetryOptions } from "../mod.ts";
import { backOff } from "../src/back_off.ts";
import { beginCall, retryPolicy } from "../src/retry.ts";
import { createFixture, failureOf, QUICK, thrownBy } from "./fixture.ts";

test("what may pass is tried again, with one notice for each call", async () => {
  const cases = [
    { service: "kms", kind: "throttle", code: "kms_throttled" },
    { service: "kms", kind: "server_error", code: "kms_unavailable" },
    { service: "kms", kind: "network_error", code: "network_error" },
    { service: "github", kind: "server_error", code: "github_unavailable" },
    { service: "github", kind: "network_error", code: "network_error" },
  ] as const;
  for (const { service, kind, code } of cases) {
    const first = await createFixture();
    first.sandbox.fail({ service, kind, times: 3 });
    await first.app.createToken({ owner: "octo-org" });
    assert.equal(first.sandbox.requests.length, 6, `${service} ${kind}`);
    assert.deepEqual(
      first.notices.map((notice) => notice.code),
      ["retrying"],
    );
    assert.match(first.notices[0]?.message ?? "", /; trying again, 4 attempts at most$/);

    const second = await createFixture();
    second.sandbox.fail({ service, kind, times: 4 });
    const error = await failureOf(() => second.app.createToken({ owner: "octo-org" }));
    assert.equal(error.code, code);
    assert.equal(error.category, "unavailable");
    assert.equal(
      second.sandbox.requests.filter((request) => request.service === service).length,
      4,
    );
  }
});

test("KMS throttles with status 400, and that is no refusal", async () => {
  const { app, sandbox } = await createFixture();
  sandbox.fail({ service: "kms", kind: "throttle", times: 9 });
  const error = await failureOf(() => app.jwt());
  assert.equal(error.code, "kms_throttled");
  assert.equal(error.status, 400);
  assert.match(error.message, /share one quota, 1,000 a second/);
});

test("Retry-After is honoured, and a longer one than allowed ends the call at once", async () => {
  const patient = await createFixture();
  patient.sandbox.fail({ service: "github", kind: "throttle", retryAfterSeconds: 1 });
  const start = performance.now();
  await patient.app.createToken({ owner: "octo-org" });
  assert.ok(performance.now() - start >= 1_000, `${performance.now() - start} ms`);
  assert.match(patient.notices[0]?.message ?? "", /trying again in 1 s/);

  const hasty = await createFixture({ app: { retry: { ...QUICK, maxServerDelayMs: 500 } } });
  hasty.sandbox.fail({ service: "github", kind: "throttle", retryAfterSeconds: 1 });
  const error = await failureOf(() => hasty.app.createToken({ owner: "octo-org" }));
  assert.equal(error.code, "github_rate_limited");
  assert.equal(error.retryAfterMs, 1_000);
  assert.equal(hasty.sandbox.requests.filter(({ service }) => service === "github").length, 1);
});

test("a rate limit is read from each of the headers GitHub uses, by GitHub's own clock", async () => {
  const soon = new Date(Date.now() - 3_600_000);
  const date = soon.toUTCString();
  const inSeconds = (seconds: number) => Math.floor(soon.getTime() / 1000) + seconds;
  const cases: [number, Record<string, string>, string, number][] = [
    [429, { "retry-after": "90" }, "{}", 90_000],
    [403, { "retry-after": "75" }, "{}", 75_000],
    [429, { date, "retry-after": new Date(soon.getTime() + 80_000).toUTCString() }, "{}", 80_000],
    [
      403,
      { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(inSeconds(100)) },
      "{}",
      100_000,
    ],
    [403, {}, '{"message":"You have exceeded a secondary rate limit."}', 60_000],
    [429, {}, "", 60_000],
  ];
  for (const [status, headers, body, expectedMs] of cases) {
    const { app, sandbox } = await createFixture({
      app: { retry: { ...QUICK, maxServerDelayMs: 0 } },
    });
    sandbox.fail({ service: "github", kind: "answer", status, headers, body });
    const error = await failureOf(() => app.findInstallation({ owner: "octo-org" }));
    assert.equal(error.code, "github_rate_limited");
    assert.ok(
      Math.abs((error.retryAfterMs ?? 0) - expectedMs) <= 1_000,
      `${error.retryAfterMs} for ${JSON.stringify(headers)}`,
    );
  }
});

test("a plain 403 is a refusal, not a rate limit", async () => {
  const { app, sandbox } = await createFixture();
  sandbox.fail({
    service: "github",
    kind: "answer",
    status: 403,
    body: '{"message":"Resource not accessible by integration"}',
  });
  assert.equal(
    (await failureOf(() => app.findInstallation({ owner: "octo-org" }))).code,
    "github_refused",
  );
  assert.equal(sandbox.requests.length, 2);
});

test("an attempt without an answer is given up, and another one made", async () => {
  const { app, sandbox } = await createFixture({
    app: { retry: { ...QUICK, attemptTimeoutMs: 50 } },
  });
  sandbox.fail({ service: "github", kind: "hang" });
  await app.createToken({ owner: "octo-org" });
  assert.equal(sandbox.requests.filter(({ service }) => service === "github").length, 3);
});

test("the deadline ends a call however many attempts are left", async () => {
  const retry: RetryOptions = {
    attempts: 1_000,
    baseDelayMs: 5,
    maxDelayMs: 5,
    attemptTimeoutMs: 1_000,
    deadlineMs: 150,
  };
  for (const kind of ["hang", "server_error"] as const) {
    const { app, sandbox } = await createFixture({ app: { retry } });
    sandbox.fail({ service: "github", kind, times: 10_000 });
    const start = performance.now();
    const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
    assert.equal(error.code, "timeout");
    const took = performance.now() - start;
    assert.ok(took >= 140 && took < 900, `${took} ms`);
  }
});

test("an abort ends a call at once: before it, in a request, in a pause", async () => {
  const reason = new Error("stop");
  const before = await createFixture();
  assert.equal(
    await thrownBy(() =>
      before.app.createToken({ owner: "octo-org", signal: AbortSignal.abort(reason) }),
    ),
    reason,
  );
  assert.equal(before.sandbox.requests.length, 0);
  const faults = [
    { service: "kms", kind: "hang" },
    { service: "github", kind: "hang" },
    { service: "github", match: "access_tokens", kind: "hang" },
    { service: "github", kind: "throttle", retryAfterSeconds: 5 },
  ] as const;
  for (const fault of faults) {
    const { app, sandbox } = await createFixture();
    sandbox.fail(fault);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 40);
    const start = performance.now();
    assert.equal(
      await thrownBy(() => app.createToken({ owner: "octo-org", signal: controller.signal })),
      reason,
    );
    assert.ok(
      performance.now() - start < 500,
      `${fault.service} ${fault.kind}: ${performance.now() - start} ms`,
    );
  }
});

test("a wait that outlasts the deadline is reported at once", async () => {
  const { app, sandbox } = await createFixture({ app: { retry: { ...QUICK, deadlineMs: 2_000 } } });
  sandbox.fail({ service: "github", kind: "throttle", retryAfterSeconds: 5 });
  const start = performance.now();
  const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
  assert.equal(error.code, "github_rate_limited");
  assert.ok(performance.now() - start < 1_000);
});

test("when time is up the last thing that went wrong is said", async () => {
  const retry: RetryOptions = { attempts: 1_000, baseDelayMs: 5, maxDelayMs: 5, deadlineMs: 150 };
  const { app, sandbox } = await createFixture({ app: { retry } });
  sandbox.fail({ service: "github", kind: "server_error", times: 10_000 });
  const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
  assert.match(error.message, /took longer than 0\.15 s; before that: GitHub GET \S+ answered 502/);
  assert.ok(error.cause instanceof AppTokenError);
});

test("pauses are drawn between nothing and an end that doubles up to the most", async () => {
  const policy = retryPolicy({ attempts: 100, baseDelayMs: 10, maxDelayMs: 40 });
  const random = Math.random;
  const paused: number[] = [];
  try {
    // The upper end of each drawn pause.
    Math.random = () => 1;
    for (const sent of [1, 2, 3, 4, 5]) {
      const start = performance.now();
      const call = beginCall(policy, undefined);
      const error = new AppTokenError("network_error", "x");
      await backOff(error, sent, { what: "x", policy, call }, new AbortController().signal);
      paused.push(performance.now() - start);
    }
    Math.random = () => 0;
    const start = performance.now();
    const call = beginCall(policy, undefined);
    await backOff(
      new AppTokenError("timeout", "x"),
      5,
      { what: "x", policy, call },
      new AbortController().signal,
    );
    assert.ok(performance.now() - start < 9, "a pause may be none at all");
  } finally {
    Math.random = random;
  }
  const least = [10, 20, 40, 40, 40];
  for (const [index, ms] of paused.entries()) {
    const expected = least[index] ?? 0;
    assert.ok(ms >= expected - 2 && ms < expected + 100, `${paused.map(Math.round)}`);
  }
});

test("retry options that make no sense are refused by name", async () => {
  const cases: RetryOptions[] = [
    { attempts: 0 },
    { attempts: 1.5 },
    { baseDelayMs: -1 },
    { maxDelayMs: Number.NaN },
    { attemptTimeoutMs: 0 },
    { deadlineMs: Number.POSITIVE_INFINITY },
    { maxServerDelayMs: 2 ** 31 },
  ];
  for (const retry of cases) {
    const error = await thrownBy(() => createFixture({ app: { retry } }));
    assert.ok(error instanceof InputError, JSON.stringify(retry));
    assert.ok(error.message.includes(`retry.${Object.keys(retry)[0]}`), error.message);
  }
});
