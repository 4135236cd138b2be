import { type AppId, type AppJwt, issuerOf, signAppJwt } from "./app_jwt.ts";
import { createClock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { InputError } from "./errors.ts";
import {
  createGithubClient,
  type GithubOptions,
  type GithubRequest,
} from "./github/github_client.ts";
import { type Installation, parseInstallation } from "./github/installation.ts";
import { acceptGrant, type InstallationToken, tokenIn } from "./github/installation_token.ts";
import {
  checkQuery,
  type InstallationQuery,
  installationPath,
  installationQuery,
  mintBody,
  type TokenOptions,
  type TokenTarget,
  tokenTarget,
} from "./github/target.ts";
import type { HttpAnswer } from "./http_exchange.ts";
import { type Call, callTimeout, leftMs, retryPolicy } from "./retry.ts";
import { createSharedFlight } from "./shared_flight.ts";
import type { Signer } from "./signer.ts";

/** Options of {@link createApp}. */
export interface AppOptions extends GithubOptions {
  /** Client id (`Iv23li…`) or app id of the GitHub App. */
  appId: AppId;
  /** Signs the app JWT: see `kmsSigner`. */
  signer: Signer;
  /** Tells the time. @default {() => new Date()} */
  now?: (() => Date) | undefined;
}

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call at once when it aborts. */
  signal?: AbortSignal | undefined;
}

/** A GitHub App whose key is out of reach. */
export interface App {
  /** The app JWT: signed once, reused until 60 s before it expires. Concurrent callers share one signature. */
  jwt(options?: CallOptions): Promise<AppJwt>;
  /** Finds the installation on an owner, on a repository's owner, or on an enterprise. */
  findInstallation(query: InstallationQuery, options?: CallOptions): Promise<Installation>;
  /** Mints an installation token, and checks that it is no wider than asked. */
  createToken(options: TokenOptions): Promise<InstallationToken>;
  /** Revokes an installation token; `false` when it was gone already. */
  revokeToken(token: string, options?: CallOptions): Promise<boolean>;
  /**
   * Revokes a token that was minted this moment and cannot be handed over.
   * Never throws; what goes wrong is a notice.
   */
  discardToken(token: string): Promise<void>;
  /** The callback that `@octokit/auth-app` takes in place of a private key. */
  createJwt(appId?: AppId, timeDifference?: number): Promise<{ jwt: string; expiresAt: string }>;
}

/** A mint that GitHub has answered: from here on a token exists. */
interface Minted {
  readonly answer: HttpAnswer;
  readonly installationId: number;
  readonly installation: Installation | undefined;
  /** The JWT it was minted with. */
  readonly jwt: AppJwt | undefined;
}

// Minting needs none of what explains refusals, a fourth of all code: it is loaded when there is one.
const refusals = () => import("./github/refusal.ts");

// So that a JWT still stands when it arrives, after retries too.
const RENEW_BEFORE_MS = 60_000;

/**
 * Creates an {@link App}: everything that can be done with a GitHub App's key.
 *
 * @throws {InputError} If an option can never work.
 *
 * @example A token for one repository
 * ```ts
 * import { createApp, credentialsFromEnvironment, kmsSigner } from "kms-app-token";
 *
 * const app = createApp({
 *   appId: "Iv23liSandboxClient1",
 *   signer: kmsSigner({
 *     keyId: "alias/github-app",
 *     region: "eu-west-1",
 *     credentials: credentialsFromEnvironment(process.env),
 *   }),
 * });
 * const { token, expiresAt } = await app.createToken({
 *   repositories: ["octo-org/hello"],
 *   permissions: { contents: "read" },
 * });
 * console.log(`good until ${expiresAt}`);
 * await app.revokeToken(token);
 * ```
 */
export function createApp(options: AppOptions): App {
  const { signer, now = () => new Date(), onNotice } = options;
  const issuer = issuerOf(options.appId);
  const github = createGithubClient(options);
  const policy = retryPolicy(options.retry);
  const clock = createClock(now, onNotice);
  const flight = createSharedFlight<AppJwt>(policy.attemptTimeoutMs);
  let signed: { readonly jwt: AppJwt; readonly offsetMs: number } | undefined;

  /** Does work of several requests within one deadline. */
  async function bounded<T>(what: string, call: Call, work: () => Promise<T>): Promise<T> {
    const late = () => callTimeout(what, policy, call);
    return await withDeadline(leftMs(call), call.signal, late, work);
  }

  async function sign(): Promise<AppJwt> {
    // A signer has a deadline of its own, and the better message; this is for one that has none.
    const late = () => callTimeout("Signing the app JWT", policy, { endsAt: 0 });
    const jwt = await withDeadline(2 * policy.deadlineMs, undefined, late, (signal) =>
      signAppJwt(issuer, signer, clock, signal),
    );
    signed = { jwt, offsetMs: clock.offsetMs };
    return jwt;
  }

  async function jwt({ signal }: CallOptions = {}): Promise<AppJwt> {
    signal?.throwIfAborted();
    const current = signed;
    // Dates made before the clock was corrected are wrong.
    if (
      current &&
      current.offsetMs === clock.offsetMs &&
      current.jwt.expiresAt.getTime() - clock.now().getTime() > RENEW_BEFORE_MS
    ) {
      return current.jwt;
    }
    return await flight.run(sign, signal);
  }

  /** Sends a request as the app; signs again once if GitHub's time is another than ours. */
  async function ask(request: Omit<GithubRequest, "token">, call: Call): Promise<HttpAnswer> {
    const send = async () => await github.call({ ...request, token: (await jwt(call)).jwt }, call);
    const { offsetMs } = clock;
    let answer = await send();
    // A concurrent call may have set the clock right while this one was under way.
    const isAnotherTime = () =>
      clock.offsetMs !== offsetMs || clock.correct(answer.headers.get("date"), "GitHub");
    if (answer.status === 401 && isAnotherTime()) answer = await send();
    if (answer.status === 401) {
      // The key may be put right before this JWT expires.
      signed = undefined;
      const { jwtRefusal } = await refusals();
      const { signal } = call;
      throw await jwtRefusal(answer, issuer, github.apiUrl, signer, { signal, clock });
    }
    return answer;
  }

  async function find(path: string, query: InstallationQuery, call: Call): Promise<Installation> {
    const answer = await ask({ method: "GET", path }, call);
    if (answer.status !== 200) {
      const { installationRefusal } = await refusals();
      throw await installationRefusal(answer, query, (request) => ask(request, call));
    }
    return parseInstallation(answer, `GitHub GET ${path}`);
  }

  async function mint(
    target: TokenTarget,
    call: Call,
    afterwards: (answer: HttpAnswer) => Promise<void>,
  ): Promise<Minted> {
    const query = installationQuery(target);
    const installation =
      target.installationId === undefined
        ? await find(installationPath(query), query, call)
        : undefined;
    if (installation && !isUsable(installation, target)) {
      throw (await refusals()).unusable(installation, target);
    }
    const installationId = target.installationId ?? (installation as Installation).id;
    const path = `/app/installations/${installationId}/access_tokens`;
    const answer = await ask({ method: "POST", path, body: mintBody(target), afterwards }, call);
    if (answer.status !== 201) {
      const { mintRefusal } = await refusals();
      throw await mintRefusal(answer, installationId, target, (request) => ask(request, call));
    }
    return { answer, installationId, installation, jwt: signed?.jwt };
  }

  async function discardToken(token: string): Promise<void> {
    const module = await import("./github/discard_token.ts");
    await module.discardToken(github, token, onNotice);
  }

  async function discard(answer: HttpAnswer): Promise<void> {
    const token = tokenIn(answer);
    if (token !== undefined) await discardToken(token);
  }

  return {
    jwt,
    async findInstallation(query, { signal } = {}) {
      const checked = checkQuery(query);
      const call = github.begin(signal);
      return await bounded("Finding the installation", call, () =>
        find(installationPath(checked), checked, call),
      );
    },
    async createToken(tokenOptions) {
      const target = tokenTarget(tokenOptions);
      const { signal } = tokenOptions;
      const call = github.begin(signal);
      // Every token that GitHub answers is handed over or revoked, also one that comes too late.
      let taken: HttpAnswer | undefined;
      const afterwards = async (answer: HttpAnswer) => {
        if (answer !== taken) await discard(answer);
      };
      const minted = await bounded("Minting a token", call, () => mint(target, call, afterwards));
      const { answer, installationId, installation, jwt: by } = minted;
      taken = answer;
      try {
        signal?.throwIfAborted();
        return {
          ...acceptGrant(answer, target),
          installationId,
          appSlug: installation?.appSlug,
          owner: installation?.owner,
          keyArn: by?.keyArn,
          kmsRequestId: by?.kmsRequestId,
        };
      } catch (error) {
        await discard(answer);
        throw error;
      }
    },
    async revokeToken(token, { signal } = {}) {
      const { revoke } = await import("./github/revoke_token.ts");
      return await revoke(github, token, signal);
    },
    discardToken,
    async createJwt(appId = issuer, timeDifference = 0) {
      if (issuerOf(appId) !== issuer) {
        throw new InputError(`createJwt() has another appId than the App of ${issuer}`);
      }
      const time = new Date(now().getTime() + timeDifference * 1000).toUTCString();
      if (timeDifference) clock.correct(time, "GitHub");
      const made = await jwt();
      return { jwt: made.jwt, expiresAt: made.expiresAt.toISOString() };
    },
  };
}

/** A look-up follows a repository to its new owner; a token for that one was not asked for. */
function isUsable({ owner, suspendedAt }: Installation, target: TokenTarget): boolean {
  const isAsked = owner.toLowerCase() === (target.owner ?? owner).toLowerCase();
  return isAsked && !suspendedAt;
}
