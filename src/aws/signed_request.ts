import { AwsV4Signer } from "aws4fetch";
import type { AwsCredentials } from "./credentials.ts";

/** A POST to an AWS JSON service, before it is signed. */
export interface AwsRequest {
  readonly url: URL;
  /** Service name in the credential scope: `"kms"`. */
  readonly service: string;
  /** Region in the credential scope. */
  readonly region: string;
  /** `X-Amz-Target`: `"TrentService.Sign"`. */
  readonly target: string;
  readonly body: string;
}

/**
 * Signs a request with Signature Version 4.
 *
 * aws4fetch makes the signature only: its own retry does not know AWS's
 * throttling (HTTP 400) and its guess of service and Region is wrong for half
 * of the endpoints, so both are always given.
 *
 * @param date when the request claims to be made
 * @returns the headers to send
 */
export async function signAwsRequest(
  request: AwsRequest,
  credentials: AwsCredentials,
  date: Date,
): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({
    method: "POST",
    url: request.url.href,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": request.target,
    },
    body: request.body,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    ...(credentials.sessionToken ? { sessionToken: credentials.sessionToken } : {}),
    service: request.service,
    region: request.region,
    datetime: date.toISOString().replace(/[:-]|\.\d{3}/g, ""),
  });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}
