import { encodeBase64 } from "../base64.ts";
import { type AwsPrincipal, base32 } from "./aws_principal.ts";
import type { IamPolicy } from "./iam_policy.ts";
import type { SandboxRole } from "./world.ts";

/** Whose session it is, and what it is narrowed to. */
export interface SessionGrant {
  readonly roleArn: string;
  /** ARN of the session itself, which names role and session. */
  readonly arn: string;
  /** Unique id of the role, a colon, and the name of the session. */
  readonly userId: string;
  readonly policy: IamPolicy | undefined;
  readonly expiresAt: Date;
}

/** The credentials of a session as STS hands them out. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ISO 8601, in whole seconds. */
  readonly expiration: string;
}

const MAX_SESSIONS = 1_000;

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

// Real ones hold a plus and a slash four times out of ten: a program that spoils them shall always fail here.
function newSecretAccessKey(): string {
  for (;;) {
    const key = encodeBase64(randomBytes(30));
    if (key.includes("+") && key.includes("/")) return key;
  }
}

/** Remembers the sessions of one sandbox's roles. */
export class StsSessions {
  readonly #sessions = new Map<string, SessionGrant & SessionKeys>();

  /** Begins a session. */
  begin(grant: SessionGrant, now: Date): SessionKeys {
    const keys = {
      accessKeyId: `ASIA${base32(randomBytes(16))}`,
      secretAccessKey: newSecretAccessKey(),
      // Not a multiple of three: the token ends in padding, as some do.
      sessionToken: encodeBase64(randomBytes(700)),
      expiration: grant.expiresAt.toISOString().replace(/\.\d{3}/, ""),
    };
    this.#makeRoom(now);
    this.#sessions.set(keys.accessKeyId, { ...grant, ...keys });
    return keys;
  }

  // An expired session stays as long as there is room: AWS says that it has expired, not that it never was.
  #makeRoom(now: Date): void {
    if (this.#sessions.size < MAX_SESSIONS) return;
    for (const [id, { expiresAt }] of this.#sessions) {
      if (expiresAt <= now) this.#sessions.delete(id);
    }
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  /** The session with this access key, with what its role allows by now. */
  find(accessKeyId: string, roles: readonly SandboxRole[]): AwsPrincipal | undefined {
    const session = this.#sessions.get(accessKeyId);
    if (!session) return undefined;
    const { arn, userId, roleArn, policy, secretAccessKey, sessionToken, expiration } = session;
    return {
      arn,
      accessKeyId,
      secretAccessKey,
      sessionToken,
      expiration,
      allowed: roles.find((role) => role.arn === roleArn)?.allowed ?? [],
      sessionPolicy: policy,
      userId: () => Promise.resolve(userId),
    };
  }
}
