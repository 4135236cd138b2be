import { encodeBase64Url } from "./base64.ts";
import { type Clock, createClock } from "./clock.ts";
import { InputError } from "./errors.ts";
import type { OnNotice } from "./notice.ts";
import type { Signature, Signer } from "./signer.ts";

// GitHub recommends an iat 60 s in the past and refuses an exp more than 10 minutes ahead.
const BACKDATED_SECONDS = 60;
const LIFETIME_SECONDS = 540;

/** A GitHub App's id: the client id (`Iv23li…`) or the older numeric app id. */
export type AppId = string | number;

/** The JWT that authenticates a GitHub App, good for nine minutes. */
export interface AppJwt {
  /** The compact JWS. A secret: whoever has it is the app until it expires. */
  readonly jwt: string;
  /** When GitHub stops accepting it. */
  readonly expiresAt: Date;
  /** ARN of the KMS key that signed it. */
  readonly keyArn?: string | undefined;
  /** KMS request id of the signature, as in CloudTrail. */
  readonly kmsRequestId?: string | undefined;
}

/** Options of {@link createAppJwt}. */
export interface AppJwtOptions {
  /** Client id or app id of the GitHub App. */
  appId: AppId;
  /** Signs the JWT: see `kmsSigner`. */
  signer: Signer;
  /** Tells the time. @default {() => new Date()} */
  now?: (() => Date) | undefined;
  /** Ends the call at once when it aborts. */
  signal?: AbortSignal | undefined;
  /** Told of a clock correction. */
  onNotice?: OnNotice | undefined;
}

/**
 * The `iss` claim for an app: numeric ids as numbers, because GitHub Enterprise
 * Server up to 3.13 insists on an integer.
 *
 * @throws {InputError} If `appId` cannot be an id. The value itself is never
 * shown: people paste client secrets and private keys here.
 */
export function issuerOf(appId: AppId): string | number {
  // JavaScript callers hand over undefined when a variable is not set.
  const text = typeof appId === "string" || typeof appId === "number" ? String(appId).trim() : "";
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  const looksLike = /^[0-9a-f]{40}$/.test(text)
    ? "it looks like a client secret"
    : text.includes("PRIVATE KEY")
      ? "it is a private key, which belongs into KMS"
      : "it is neither (or has hidden characters)";
  if (!/^(?=.*[A-Za-z])[A-Za-z0-9._-]{4,39}$/.test(text)) {
    throw new InputError(
      `Cannot use the app id: ${text ? looksLike : "it is empty"}; give the client id (Iv23li…) or the numeric app id`,
    );
  }
  return text;
}

/** As {@link createAppJwt}, over a clock that the signer may correct. */
export async function signAppJwt(
  issuer: string | number,
  signer: Signer,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<AppJwt> {
  const header = encodeBase64Url(JSON.stringify({ alg: "RS256", typ: "JWT" }));
  for (let round = 1; ; round++) {
    const offsetMs = clock.offsetMs;
    const seconds = Math.floor(clock.now().getTime() / 1000);
    const exp = seconds + LIFETIME_SECONDS;
    const claims = encodeBase64Url(
      JSON.stringify({ iat: seconds - BACKDATED_SECONDS, exp, iss: issuer }),
    );
    const signingInput = `${header}.${claims}`;
    const signed: Signature = await signer(signingInput, { signal, clock });
    // The signer found out that the clock is wrong: what it signed has wrong dates too.
    if (clock.offsetMs !== offsetMs && round === 1) continue;
    return {
      jwt: `${signingInput}.${encodeBase64Url(signed.signature)}`,
      expiresAt: new Date(exp * 1000),
      keyArn: signed.keyArn,
      kmsRequestId: signed.requestId,
    };
  }
}

/**
 * Signs an app JWT: `iat` 60 s ago, `exp` in 540 s, `iss` the app.
 *
 * @throws {InputError} If `appId` cannot be one.
 * @throws {AppTokenError} What the signer throws.
 *
 * @example
 * ```ts
 * import { createAppJwt, credentialsFromEnvironment, kmsSigner } from "kms-app-token";
 *
 * const signer = kmsSigner({
 *   keyId: "alias/github-app",
 *   region: "eu-west-1",
 *   credentials: credentialsFromEnvironment(process.env),
 * });
 * const { jwt } = await createAppJwt({ appId: "Iv23liSandboxClient1", signer });
 * await fetch("https://api.github.com/app", { headers: { authorization: `Bearer ${jwt}` } });
 * ```
 */
export async function createAppJwt(options: AppJwtOptions): Promise<AppJwt> {
  const { appId, signer, now = () => new Date(), signal, onNotice } = options;
  return await signAppJwt(issuerOf(appId), signer, createClock(now, onNotice), signal);
}
