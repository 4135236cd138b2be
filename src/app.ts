import { type AppId, type AppJwt, issuerOf, signAppJwt } from "./app_jwt.ts";
import { createClock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { AppTokenError } from "./errors.ts";
import {
  createGithubClient,
  type GithubOptions,
  type GithubRequest,
} from "./github/github_client.ts";
import { type Installation, parseInstallation } from "./github/installation.ts";
import {
  excessOf,
  type InstallationToken,
  parseGrant,
  type TokenGrant,
  tokenIn,
} from "./github/installation_token.ts";
import {
  checkEnterprise,
  checkOwner,
  checkRepository,
  type InstallationQuery,
  type TokenOptions,
  type TokenTarget,
  tokenTarget,
} from "./github/target.ts";
import type { HttpAnswer } from "./http_exchange.ts";
import { retryPolicy } from "./retry.ts";
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

  /** Gives the work one deadline, however many requests it takes. */
  async function bounded<T>(
    what: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const seconds = policy.deadlineMs / 1000;
    const late = () =>
      new AppTokenError("timeout", `Cannot ${what}: it took longer than ${seconds} s`);
    return await withDeadline(policy.deadlineMs, signal, late, work);
  }

  async function sign(): Promise<AppJwt> {
    const jwt = await bounded("sign the app JWT", undefined, (signal) =>
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
  async function ask(
    request: Omit<GithubRequest, "token">,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const send = async () =>
      await github.call({ ...request, token: (await jwt({ signal })).jwt }, signal);
    let answer = await send();
    if (answer.status === 401 && clock.correct(answer.headers.get("date"), "GitHub"))
      answer = await send();
    if (answer.status === 401) {
      const { jwtRefusal } = await refusals();
      throw await jwtRefusal(answer, issuer, github.apiUrl, signer, { signal, clock });
    }
    return answer;
  }

  async function find(query: InstallationQuery, signal: AbortSignal): Promise<Installation> {
    const path = installationPath(query);
    const answer = await ask({ method: "GET", path }, signal);
    if (answer.status !== 200) {
      const { installationRefusal } = await refusals();
      throw await installationRefusal(answer, query, (request) => ask(request, signal));
    }
    return parseInstallation(answer, `GitHub GET ${path}`);
  }

  async function mint(target: TokenTarget, signal: AbortSignal): Promise<Minted> {
    const installation =
      target.installationId === undefined
        ? await find(installationQuery(target), signal)
        : undefined;
    if (installation?.suspendedAt) throw (await refusals()).suspended(installation);
    const installationId = target.installationId ?? (installation as Installation).id;
    const path = `/app/installations/${installationId}/access_tokens`;
    const answer = await ask(
      { method: "POST", path, body: mintBody(target), undo: discard },
      signal,
    );
    if (answer.status !== 201) {
      const { mintRefusal } = await refusals();
      throw await mintRefusal(answer, installationId, target, (request) => ask(request, signal));
    }
    return { answer, installationId, installation, jwt: signed?.jwt };
  }

  /** Once it is minted a token is handed over or revoked, whatever happens. */
  async function accept(
    { answer }: Minted,
    target: TokenTarget,
    signal: AbortSignal | undefined,
  ): Promise<TokenGrant> {
    try {
      signal?.throwIfAborted();
      const grant = parseGrant(answer);
      const excess = excessOf(grant, target);
      if (excess === undefined) return grant;
      throw new AppTokenError(
        "token_wider_than_requested",
        `GitHub granted more than was asked (${answer.quote(excess)}); it is not handed over but revoked`,
        { status: answer.status },
      );
    } catch (error) {
      await discard(answer);
      throw error;
    }
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
      return await bounded("find the installation", signal, (inner) => find(checked, inner));
    },
    async createToken(tokenOptions) {
      const target = tokenTarget(tokenOptions);
      const { signal } = tokenOptions;
      const minted = await bounded("mint a token", signal, (inner) => mint(target, inner));
      const grant = await accept(minted, target, signal);
      const { installationId, installation, jwt: by } = minted;
      return {
        ...grant,
        installationId,
        appSlug: installation?.appSlug,
        owner: installation?.owner,
        keyArn: by?.keyArn,
        kmsRequestId: by?.kmsRequestId,
      };
    },
    async revokeToken(token, { signal } = {}) {
      const { revoke } = await import("./github/revoke_token.ts");
      return await revoke(github, token, signal);
    },
    discardToken,
    async createJwt(appId, timeDifference) {
      if (appId !== undefined && issuerOf(appId) !== issuer) {
        throw new TypeError(
          `createJwt() was called for another app than ${issuer}: give both the same appId`,
        );
      }
      if (timeDifference)
        clock.correct(new Date(now().getTime() + timeDifference * 1000).toUTCString(), "GitHub");
      const made = await jwt();
      return { jwt: made.jwt, expiresAt: made.expiresAt.toISOString() };
    },
  };
}

function checkQuery(query: InstallationQuery): InstallationQuery {
  if ("enterprise" in query) return { enterprise: checkEnterprise(query.enterprise) };
  return {
    owner: checkOwner(query.owner),
    repo: query.repo === undefined ? undefined : checkRepository(query.repo),
  };
}

/** A repository's own look-up tells apart "not installed" and "not selected" early; without names the owner's does. */
function installationQuery({
  owner = "",
  repositories,
  enterprise,
}: TokenTarget): InstallationQuery {
  return enterprise === undefined ? { owner, repo: repositories?.[0] } : { enterprise };
}

function installationPath(query: InstallationQuery): string {
  if ("enterprise" in query) return `/enterprises/${query.enterprise}/installation`;
  // The users route answers for organizations too.
  return query.repo === undefined
    ? `/users/${query.owner}/installation`
    : `/repos/${query.owner}/${query.repo}/installation`;
}

function mintBody({
  repositories,
  repositoryIds,
  permissions,
}: TokenTarget): Record<string, unknown> | undefined {
  const body = {
    ...(repositories && { repositories }),
    ...(repositoryIds && { repository_ids: repositoryIds }),
    ...(permissions && { permissions }),
  };
  return Object.keys(body).length > 0 ? body : undefined;
}
