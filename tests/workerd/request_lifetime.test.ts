// @ts-expect-error workerd's own module, which no type package here describes
import { env } from "cloudflare:workers";
import assert from "node:assert/strict";
import { test } from "node:test";

interface Subject {
  fetch(url: string): Promise<Response>;
}

const get = async <T>(path: string): Promise<T> =>
  (await (await (env as { SUBJECT: Subject }).SUBJECT.fetch(`http://subject${path}`)).json()) as T;

test("a request that ends while the signature is under way poisons none of the next ten", async () => {
  await get("/make-key");
  await (env as { SUBJECT: Subject }).SUBJECT.fetch("http://subject/open-a-flight-and-end");
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
});

test("ten concurrent requests that find an abandoned flight all get a JWT", async () => {
  await (env as { SUBJECT: Subject }).SUBJECT.fetch("http://subject/open-a-flight-and-end");
  const all = await Promise.all(
    Array.from({ length: 10 }, () => get<{ jwt: string; ms: number }>("/jwt")),
  );
  assert.ok(all.every(({ jwt }) => jwt.startsWith("ey")));
});
