import type { GenericSchema } from "valibot";
import { baseUrl } from "../base_url.ts";
import { type Clock, createClock } from "../clock.ts";
import { exchange, type Fetch, globalFetch, type HttpAnswer } from "../http_exchange.ts";
import { parseJsonAnswer } from "../json_answer.ts";
import type { OnNotice } from "../notice.ts";
import { requestId } from "../request_id.ts";
import { beginCall, type RetryOptions, retry, retryPolicy } from "../retry.ts";
import {
  type AwsCredentialProvider,
  type AwsCredentials,
  checkCredentials,
} from "./credentials.ts";
import { type EndpointVariant, regionalEndpoint } from "./endpoint.ts";
import { keyReference } from "./key_id.ts";
import { signAwsRequest } from "./signed_request.ts";

/** How to reach one KMS key. */
export interface KmsKeyOptions extends EndpointVariant {
  /** Key id, key ARN, `alias/<name>` or alias ARN. Another account's key needs an ARN. */
  keyId: string;
  /** AWS Region; needed when `keyId` is not an ARN, and ignored when it is one. */
  region?: string | undefined;
  /** Credentials, or a function that gives them before each request. */
  credentials: AwsCredentials | AwsCredentialProvider;
  /** Another URL than the Region's own: a VPC endpoint, an emulator. */
  endpoint?: string | undefined;
  /** Sends the requests. @default {globalThis.fetch} */
  fetch?: Fetch | undefined;
  /** Tells the time when the caller brings no clock. */
  now?: (() => Date) | undefined;
  /** How long to keep trying. */
  retry?: RetryOptions | undefined;
  /** Told of retries and clock corrections. */
  onNotice?: OnNotice | undefined;
}

/** Options of a single call. */
export interface KmsCallOptions {
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
}

/** What one KMS operation gave. */
export interface KmsResult<T> {
  readonly output: T;
  readonly requestId: string | undefined;
}

/** Calls KMS operations about one key. */
export interface KmsClient {
  call<T>(
    operation: string,
    input: Record<string, unknown>,
    schema: GenericSchema<unknown, T>,
    options?: KmsCallOptions,
  ): Promise<KmsResult<T>>;
}

/** Creates a {@link KmsClient}; everything that can be wrong with the options is found here. */
export function createKmsClient(options: KmsKeyOptions): KmsClient {
  const { credentials, fetch = globalFetch, now = () => new Date(), onNotice } = options;
  const key = keyReference(options.keyId, options.region);
  const url = baseUrl(
    options.endpoint || regionalEndpoint("kms", key.region, options),
    "KMS endpoint",
  );
  const policy = retryPolicy(options.retry);
  const ownClock = createClock(now, onNotice);
  if (typeof credentials !== "function") checkCredentials(credentials);

  async function send(
    operation: string,
    body: string,
    identity: AwsCredentials,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const target = `TrentService.${operation}`;
    const headers = await signAwsRequest(
      { url, service: "kms", region: key.region, target, body },
      identity,
      clock.now(),
    );
    return await exchange(fetch, { peer: "aws", method: "POST", url, headers, body }, signal);
  }

  return {
    async call(operation, input, schema, { signal, clock = ownClock } = {}) {
      const body = JSON.stringify({ KeyId: key.keyId, ...input });
      const attempt = async (bounded: AbortSignal) => {
        const identity = checkCredentials(
          typeof credentials === "function" ? await credentials({ signal: bounded }) : credentials,
        );
        const sendNow = () => send(operation, body, identity, clock, bounded);
        const { offsetMs } = clock;
        const answer = await sendNow();
        if (answer.status === 200) return answer;
        // What explains refusals is loaded when there is one to explain.
        const { afterRefusal } = await import("./kms_refusal.ts");
        const context = { operation, key, url, identity, clock, offsetMs };
        return await afterRefusal(answer, sendNow, context);
      };
      const what = `KMS ${operation}`;
      const answer = await retry(attempt, {
        what,
        policy,
        call: beginCall(policy, signal),
        onNotice,
      });
      return {
        output: parseJsonAnswer(answer, schema, what),
        requestId: requestId(answer, "x-amzn-requestid"),
      };
    },
  };
}
