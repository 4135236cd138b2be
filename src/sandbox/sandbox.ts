import { InputError } from "../errors.ts";
import { changeWorld, checkFault, readChange } from "./control.ts";
import {
  brokenAnswer,
  FaultList,
  meetFault,
  NoAnswer,
  type SandboxFault,
  type SandboxService,
} from "./fault.ts";
import { SandboxGithub } from "./github.ts";
import { answerIssuer, REQUEST_TOKEN } from "./id_token_issuer.ts";
import { answerKms, keyArn } from "./kms.ts";
import { generateRsaKey, pkcs8FromPem, rsaKeyFromPkcs8 } from "./rsa_key.ts";
import { SandboxSts } from "./sts.ts";
import { defaultWorld, type SandboxWorld } from "./world.ts";

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** The app's private key as GitHub downloads it; one is made when left out. */
  privateKeyPem?: string | undefined;
  /** Changes to the {@link SandboxWorld} it starts with. */
  world?: Partial<SandboxWorld> | undefined;
  /** Tells the time. @default {() => new Date()} */
  now?: (() => Date) | undefined;
}

/** One request the sandbox has answered. */
export interface SandboxRequest {
  /** Who answered. */
  readonly service: SandboxService;
  /** `GET`, `POST` or `DELETE`. */
  readonly method: string;
  /** Path and query below the service's base. */
  readonly path: string;
  /** Operation of KMS or STS. */
  readonly operation?: string | undefined;
  /** Body of a request to GitHub. */
  readonly body?: string | undefined;
  /** The User-Agent header; empty when there was none. */
  readonly userAgent: string;
  /** Status of the answer; 0 when there was none. */
  readonly status: number;
}

/** A local KMS, STS, GitHub and id-token issuer that judge what they receive. */
export interface Sandbox {
  /** Answers as the real hosts do; pass it as the `fetch` of any option, or as a handler of HTTP. */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** What the servers know; change it at any time. */
  readonly world: SandboxWorld;
  /**
   * Makes the next fitting request fail.
   *
   * @throws {InputError} If the fault can never hit.
   */
  fail(fault: SandboxFault): void;
  /** The last thousand requests. */
  readonly requests: readonly SandboxRequest[];
  /** How many minted tokens would still work. */
  readonly liveTokens: number;
  /** ARN of the KMS key. */
  readonly keyArn: string;
  /** The environment that points programs at a sandbox served at `origin`. */
  environment(origin: string): Record<string, string>;
}

const MAX_REQUESTS = 1_000;

/** Where a request belongs: by the real hosts' names, else by path. */
function route(url: URL): { service: SandboxService | "control"; base: string } | undefined {
  if (/^kms(-fips)?\./.test(url.hostname)) return { service: "kms", base: "" };
  if (/^sts(-fips)?\./.test(url.hostname)) return { service: "sts", base: "" };
  if (url.hostname === "api.github.com") return { service: "github", base: "" };
  if (url.hostname === "token.actions.githubusercontent.com")
    return { service: "actions", base: "" };
  const bases = [
    ["kms", "/kms"],
    ["sts", "/sts"],
    ["github", "/api/v3"],
    ["actions", "/actions"],
    ["control", "/_sandbox"],
  ] as const;
  const found = bases.find(
    ([, base]) => url.pathname === base || url.pathname.startsWith(`${base}/`),
  );
  return found && { service: found[0], base: found[1] };
}

/** Whether id tokens can come from the sandbox in this name. */
function servesIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const url = new URL(issuer);
  const target = route(url);
  return target?.service === "actions" && issuer === `${url.origin}${target.base}`;
}

/**
 * Creates a sandbox: real RSA signatures, recomputed SigV4, verified app JWTs,
 * tokens that obey what they were narrowed to. For demos and tests: nothing in
 * it is a secret but a private key that it is given.
 *
 * @throws {InputError} If `privateKeyPem` cannot be read.
 *
 * @example Test your own code against it
 * ```ts
 * import { createApp, credentialsFromEnvironment, kmsSigner } from "kms-app-token";
 * import { createSandbox } from "kms-app-token/sandbox";
 *
 * const sandbox = createSandbox();
 * const env = sandbox.environment("http://localhost");
 * const app = createApp({
 *   appId: sandbox.world.app.clientId,
 *   fetch: sandbox.fetch,
 *   signer: kmsSigner({
 *     keyId: sandbox.keyArn,
 *     credentials: credentialsFromEnvironment(env),
 *     fetch: sandbox.fetch,
 *   }),
 * });
 * sandbox.fail({ service: "github", kind: "server_error", times: 2 });
 * const { permissions } = await app.createToken({ owner: "octo-org", permissions: { issues: "write" } });
 * console.log(permissions); // { issues: "write", metadata: "read" }
 * ```
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const world: SandboxWorld = { ...defaultWorld(), ...options.world };
  const machineNow = options.now ?? (() => new Date());
  const now = () => new Date(machineNow().getTime() + world.clockOffsetSeconds * 1000);
  const { privateKeyPem } = options;
  const pkcs8 = privateKeyPem === undefined ? undefined : pkcs8FromPem(privateKeyPem);
  const appKey = once(() => (pkcs8 ? rsaKeyFromPkcs8(pkcs8) : generateRsaKey()));
  const ownKmsKey = once(generateRsaKey);
  const issuerKey = once(generateRsaKey);
  const kmsKey = () => (world.key.origin === "EXTERNAL" ? appKey() : ownKmsKey());
  const github = new SandboxGithub(world, appKey, now);
  const sts = new SandboxSts(world, issuerKey, servesIssuer, now);
  const findPrincipal = (accessKeyId: string) => sts.findPrincipal(accessKeyId);
  const faults = new FaultList();
  const requests: SandboxRequest[] = [];

  async function answer(
    service: SandboxService,
    base: string,
    request: Request,
    url: URL,
    body: string,
  ): Promise<Response> {
    const { method, headers } = request;
    const received = { method, url, headers, body };
    if (service === "kms") return await answerKms(received, world, findPrincipal, now(), kmsKey);
    if (service === "sts") return await sts.answer(received);
    const inner = new URL(url.pathname.slice(base.length) + url.search, url.origin);
    if (service === "actions") {
      return await answerIssuer(
        request,
        inner.pathname,
        `${url.origin}${base}`,
        world,
        now(),
        await issuerKey(),
      );
    }
    const innerHeaders = new Headers(headers);
    innerHeaders.set("x-sandbox-base", base);
    return await github.answer(
      new Request(inner, { method, headers: innerHeaders, ...(body ? { body } : {}) }),
    );
  }

  function control(method: string, path: string, body: string): Response {
    if (method === "GET" && path === "/requests") return Response.json(requests);
    if (method !== "POST" || path !== "")
      return new Response("POST /_sandbox or GET /_sandbox/requests", { status: 404 });
    try {
      const change = readChange(body);
      for (const fault of change.faults ?? []) faults.add(fault);
      changeWorld(world, change.world ?? {});
      return new Response(null, { status: 204 });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return new Response(`${error.message}\n`, { status: 400 });
    }
  }

  async function handle(input: Request | string | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const url = new URL(request.url);
    const target = route(url);
    if (!target)
      return new Response("Nothing here: /kms, /sts, /api/v3, /actions, /_sandbox", {
        status: 404,
      });
    const { service, base } = target;
    // Before the body is read: afterwards Bun has forgotten the content type that a form gave it.
    const { headers } = request;
    // Not by text(): workerd warns of each form that is read so.
    const body = new TextDecoder().decode(await request.arrayBuffer());
    const path = url.pathname.slice(base.length) + url.search;
    if (service === "control") return control(request.method, path, body);
    const operation =
      service === "sts"
        ? (new URLSearchParams(body).get("Action") ?? undefined)
        : headers.get("x-amz-target")?.split(".")[1];
    const record = (status: number) => {
      if (requests.length === MAX_REQUESTS) requests.shift();
      const userAgent = headers.get("user-agent") ?? "";
      requests.push({
        service,
        method: request.method,
        path,
        operation,
        body: service === "github" && body ? body : undefined,
        userAgent,
        status,
      });
    };
    const fault = faults.take(service, operation ?? path);
    let made: Response;
    try {
      made = await (fault ? meetFault(fault, signal) : answer(service, base, request, url, body));
    } catch (error) {
      record(0);
      // In a process it is fetch() that fails; a handler of HTTP that did would answer 500.
      if (error instanceof NoAnswer && headers.has("host")) return brokenAnswer(error);
      throw error;
    }
    // Who leaves now has what was asked for done all the same.
    const latency = world.latencyMs;
    if (latency > 0)
      await unlessAborted(
        wait(latency).then(() => record(made.status)),
        signal,
      );
    else record(made.status);
    const response = new Response(made.body, made);
    if (!response.headers.has("date")) response.headers.set("date", now().toUTCString());
    return response;
  }

  return {
    fetch: handle,
    world,
    fail(fault) {
      faults.add(checkFault(fault));
    },
    requests,
    get liveTokens() {
      return github.tokens.count(world, now());
    },
    get keyArn() {
      return keyArn(world.key);
    },
    environment(origin) {
      const principal = world.principals[0];
      return {
        AWS_ACCESS_KEY_ID: principal?.accessKeyId ?? "",
        AWS_SECRET_ACCESS_KEY: principal?.secretAccessKey ?? "",
        ...(principal?.sessionToken ? { AWS_SESSION_TOKEN: principal.sessionToken } : {}),
        AWS_REGION: world.key.region,
        AWS_ENDPOINT_URL_KMS: `${origin}/kms`,
        AWS_ENDPOINT_URL_STS: `${origin}/sts`,
        GITHUB_API_URL: `${origin}/api/v3`,
        KMS_APP_TOKEN_CLIENT_ID: world.app.clientId,
        KMS_APP_TOKEN_KMS_KEY_ID: world.key.alias,
        ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/actions/id-token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
      };
    },
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What `fetch` does when its signal aborts: it no longer waits for work that goes on. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([left.promise, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
