import type { IamPolicy } from "./iam_policy.ts";
import type { SandboxPrincipal } from "./world.ts";

/** Whoever signs requests: an IAM user, or a session of a role. */
export interface AwsPrincipal {
  /** As AWS names it in its refusals. */
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** ISO 8601. */
  readonly expiration?: string | undefined;
  /** KMS operations that the user's or role's own policy allows. */
  readonly allowed: readonly string[];
  /** What the session was narrowed to when it began. */
  readonly sessionPolicy?: IamPolicy | undefined;
  /** As `GetCallerIdentity` gives it. */
  userId(): Promise<string>;
}

/** Looks up who has an access key. */
export type FindPrincipal = (accessKeyId: string) => AwsPrincipal | undefined;

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Characters that AWS makes its ids of. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BASE32[byte % 32]).join("");
}

/** The unique id that IAM gives an entity for good: here the same for the same ARN. */
export async function uniqueId(prefix: "AIDA" | "AROA", arn: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(arn));
  return prefix + base32(new Uint8Array(digest).slice(0, 17));
}

/** An IAM user as the one who signs. */
export function userPrincipal(user: SandboxPrincipal, accountId: string): AwsPrincipal {
  const { userName, ...rest } = user;
  const arn = `arn:aws:iam::${accountId}:user/${userName}`;
  return { ...rest, arn, userId: () => uniqueId("AIDA", arn) };
}
