import assert from "node:assert/strict";
import { test } from "node:test";
import { AppTokenError } from "../mod.ts";
import { createSharedFlight } from "../src/shared_flight.ts";
import { createFixture, failureOf, QUICK, thrownBy } from "./fixture.ts";

test("jwt() is signed once for concurrent callers and reused until 60 s before it expires", async () => {
  let now = Date.parse("2026-11-21T10:00:00Z");
  const clock = () => new Date(now);
  const { app, sandbox } = await createFixture({ sandbox: { now: clock }, app: { now: clock } });
  const first = await Promise.all(Array.from({ length: 20 }, () => app.jwt()));
  assert.equal(new Set(first.map(({ jwt }) => jwt)).size, 1);
  now += 479_000;
  await app.jwt();
  assert.equal(sandbox.requests.length, 1);
  now += 1_000;
  assert.notEqual((await app.jwt()).jwt, first[0]?.jwt);
  assert.equal(sandbox.requests.length, 2);
});

test("a caller who gives up does not take the others' signature along", async () => {
  const { app, sandbox } = await createFixture({ sandbox: { world: { latencyMs: 40 } } });
  const controller = new AbortController();
  const quitter = thrownBy(() => app.jwt({ signal: controller.signal }));
  const other = app.jwt();
  controller.abort(new Error("quit"));
  assert.match(String(await quitter), /quit/);
  assert.match((await other).jwt, /^ey/);
  assert.equal(sandbox.requests.length, 1);
});

test("who joins a flight that fails does the work itself", async () => {
  const { app, sandbox } = await createFixture({ kms: { retry: { ...QUICK, attempts: 1 } } });
  sandbox.fail({ service: "kms", kind: "network_error" });
  const first = failureOf(() => app.jwt());
  const second = app.jwt();
  assert.equal((await first).code, "network_error");
  assert.match((await second).jwt, /^ey/);
  assert.equal(sandbox.requests.length, 2);
});

test("a hundred callers who see one flight fail make one more request, not a hundred", async () => {
  const { app, sandbox } = await createFixture();
  sandbox.world.key.state = "Disabled";
  const errors = await Promise.all(Array.from({ length: 100 }, () => failureOf(() => app.jwt())));
  assert.ok(errors.every(({ code }) => code === "kms_key_disabled"));
  assert.equal(sandbox.requests.length, 2);
});

test("a flight that never lands holds nobody up for longer than the join allows", async () => {
  const flight = createSharedFlight<string>(30);
  void flight.run(() => new Promise(() => {}));
  const start = performance.now();
  const results = await Promise.all(
    Array.from({ length: 10 }, () => flight.run(() => Promise.resolve("done"))),
  );
  assert.deepEqual(new Set(results), new Set(["done"]));
  assert.ok(performance.now() - start < 500);
  assert.equal(await flight.run(() => Promise.resolve("next")), "next");
});

test("a caller's signal ends its wait, whether it started the flight or joined it", async () => {
  const flight = createSharedFlight<string>(1_000);
  const reason = new Error("enough");
  for (let caller = 0; caller < 2; caller++) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 10);
    assert.equal(
      await thrownBy(() => flight.run(() => new Promise(() => {}), controller.signal)),
      reason,
    );
  }
  assert.equal(
    await thrownBy(() => flight.run(() => Promise.resolve("x"), AbortSignal.abort(reason))),
    reason,
  );
});

test("a refusal met by a flight that began later than the caller came is final", async () => {
  const flight = createSharedFlight<string>(1_000);
  let started = 0;
  const work = async () => {
    started++;
    await new Promise((done) => setTimeout(done, 5));
    throw new AppTokenError("kms_access_denied", `flight ${started}`);
  };
  const errors = await Promise.all(
    Array.from({ length: 50 }, () => failureOf(() => flight.run(work))),
  );
  assert.equal(started, 2);
  assert.equal(errors.filter(({ message }) => message === "flight 1").length, 1);
});
