import type { Clock } from "../clock.ts";
import type { HttpAnswer } from "../http_exchange.ts";
import { awsRefusal, isSignatureOrDate } from "./aws_refusal.ts";
import type { AwsCredentials } from "./credentials.ts";
import type { KeyReference } from "./key_id.ts";
import { kmsError } from "./kms_error.ts";

/** The request that was refused. */
export interface RefusedRequest {
  readonly operation: string;
  readonly key: KeyReference;
  readonly url: URL;
  readonly identity: AwsCredentials;
  readonly clock: Clock;
  /** The clock's offset when the request was dated. */
  readonly offsetMs: number;
}

/**
 * Sends a request again if it was refused for its date and there is a better
 * one; else throws what explains the refusal.
 */
export async function afterRefusal(
  answer: HttpAnswer,
  sendAgain: () => Promise<HttpAnswer>,
  { operation, key, url, identity, clock, offsetMs }: RefusedRequest,
): Promise<HttpAnswer> {
  const refusal = awsRefusal(answer);
  // A concurrent request may have set the clock right while this one was under way.
  const isAnotherTime = () => clock.offsetMs !== offsetMs || clock.correct(refusal.date, "AWS");
  if (!isSignatureOrDate(refusal) || !isAnotherTime()) {
    throw kmsError(operation, key, url, refusal, identity);
  }
  const second = await sendAgain();
  if (second.status === 200) return second;
  throw kmsError(operation, key, url, awsRefusal(second), identity);
}
