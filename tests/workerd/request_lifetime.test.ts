// @ts-expect-error workerd's own module, which no type package here describes
import { env } from "cloudflare:workers";
import assert from "node:assert/strict";
import { test } from "node:test";

interface Subject {
  fetch(url: string): Promise<Response>;
}

const fetchSubject = (path: string) =>
  (env as { SUBJECT: Subject }).SUBJECT.fetch(`http://subject${path}`);

const get = async <T>(path: string): Promise<T> => (await (await fetchSubject(path)).json()) as T;

/** Opens a flight in a request and ends it: workerd ends a request when its answer is read. */
async function openFlightAndEnd(): Promise<void> {
  assert.equal(await (await fetchSubject("/open-a-flight-and-end")).text(), "ended");
}

const signs = async () =>
  (await get<string[]>("/operations")).filter((name) => name === "Sign").length;

test("a request that ends while the signature is under way poisons none of the next ten", async () => {
  await get("/make-key");
  const before = await signs();
  await openFlightAndEnd();
  const one = await get<{ jwt: string; ms: number }>("/jwt");
  const others = await Promise.all(
    Array.from({ length: 9 }, () => get<{ jwt: string; ms: number }>("/jwt")),
  );
  const all = [one, ...others];
  assert.equal(new Set(all.map(({ jwt }) => jwt)).size, 1);
  assert.match(one.jwt, /^ey[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.ok(
    all.every(({ ms }) => ms < 2_000),
    JSON.stringify(all.map(({ ms }) => ms)),
  );
  // The abandoned one was never answered.
  assert.ok((await signs()) - before <= 2);
});

test("ten concurrent requests that find an abandoned flight all get a JWT", async () => {
  const before = await signs();
  await openFlightAndEnd();
  const all = await Promise.all(
    Array.from({ length: 10 }, () => get<{ jwt: string; ms: number }>("/jwt")),
  );
  assert.ok(all.every(({ jwt }) => jwt.startsWith("ey")));
  assert.ok((await signs()) - before <= 11);
});
