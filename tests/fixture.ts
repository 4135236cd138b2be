import {
  type App,
  type AppOptions,
  AppTokenError,
  createApp,
  type KmsKeyOptions,
  kmsSigner,
  type Notice,
} from "../mod.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../src/sandbox/mod.ts";

/** Quick retries, so that a test of the fourth attempt takes milliseconds. */
export const QUICK = { baseDelayMs: 1, maxDelayMs: 2, attemptTimeoutMs: 2_000, deadlineMs: 10_000 };

export interface Fixture {
  readonly sandbox: Sandbox;
  readonly app: App;
  readonly notices: Notice[];
  /** Method and path of every request so far, AWS operations by service and name. */
  transcript(): string[];
}

// One key for all tests of a run: making one takes up to half a second.
let pem: Promise<string> | undefined;

/** The PKCS#1 PEM of a fresh key, written as GitHub's downloads are. */
export function privateKeyPem(): Promise<string> {
  pem ??= makePem();
  return pem;
}

export async function makePem(): Promise<string> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  const { privateKey } = (await crypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  // The PKCS#8 wrapping of a 2048-bit RSA key is 26 bytes long; the rest is PKCS#1.
  const base64 = btoa(String.fromCharCode(...pkcs8.slice(26)));
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN RSA PRIVATE KEY-----\n${lines.join("\n")}\n-----END RSA PRIVATE KEY-----\n`;
}

export const CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  source: "the environment",
};

export interface FixtureOptions {
  sandbox?: SandboxOptions;
  kms?: Partial<KmsKeyOptions>;
  app?: Partial<AppOptions>;
}

/** A sandbox and an app that uses it. */
export async function createFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const sandbox = createSandbox({ privateKeyPem: await privateKeyPem(), ...options.sandbox });
  const notices: Notice[] = [];
  const onNotice = (notice: Notice) => void notices.push(notice);
  const shared = { fetch: sandbox.fetch, retry: QUICK, onNotice };
  const signer = kmsSigner({
    keyId: "alias/github-app",
    region: "eu-west-1",
    credentials: CREDENTIALS,
    ...shared,
    ...options.kms,
  });
  const app = createApp({ appId: sandbox.world.app.clientId, signer, ...shared, ...options.app });
  const transcript = () =>
    sandbox.requests.map(({ service, operation, method, path }) =>
      operation ? `${service.toUpperCase()} ${operation}` : `${method} ${path}`,
    );
  return { sandbox, app, notices, transcript };
}

/** What `work` throws; fails when it does not. */
export async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error, and there was none");
}

/** As {@link thrownBy}, for failures of the world outside. */
export async function failureOf(work: () => unknown): Promise<AppTokenError> {
  const error = await thrownBy(work);
  if (error instanceof AppTokenError) return error;
  throw error;
}

/** An answer for a hand-made `fetch`. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}
