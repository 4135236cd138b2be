import type { Clock } from "./clock.ts";

/** What a {@link Signer} returns. */
export interface Signature {
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the signing input (RFC 7518, section 3.3). */
  readonly signature: Uint8Array;
  /** ARN of the KMS key that signed. */
  readonly keyArn?: string | undefined;
  /** Id under which the request stands in AWS CloudTrail. */
  readonly requestId?: string | undefined;
}

/** What a caller may hand to a {@link Signer}. */
export interface SignOptions {
  /** Ends the call at once when it aborts. */
  signal?: AbortSignal | undefined;
  /**
   * The caller's clock. A signer that learns from AWS that the time is wrong
   * corrects it here, so that the caller can date its JWT anew.
   */
  clock?: Clock | undefined;
}

/**
 * Signs the signing input of a JWT with the GitHub App's private key. Any
 * function of this shape will do; `kmsSigner` makes one from a KMS key.
 */
export interface Signer {
  (signingInput: string, options?: SignOptions): Promise<Signature>;
  /** The public key's fingerprint as GitHub's settings page shows it: `SHA256:<base64>`. */
  fingerprint?(options?: SignOptions): Promise<string>;
}
