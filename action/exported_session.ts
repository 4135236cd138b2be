import { exportVariable } from "@actions/core";
import type { AwsCredentials } from "../src/aws/credentials.ts";

/** Variables that an exported session consists of. */
const EXPORTED = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
];

/** Hands the session to the later steps of the job. */
export function exportSession(
  { accessKeyId, secretAccessKey, sessionToken, expiration }: AwsCredentials,
  region: string,
): void {
  exportVariable("AWS_ACCESS_KEY_ID", accessKeyId);
  exportVariable("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  exportVariable("AWS_SESSION_TOKEN", sessionToken ?? "");
  exportVariable("AWS_CREDENTIAL_EXPIRATION", expiration?.toISOString() ?? "");
  exportVariable("AWS_REGION", region);
  exportVariable("AWS_DEFAULT_REGION", region);
}

/** Takes the session from the steps that are still to come. */
export function clearSession(): void {
  for (const name of EXPORTED) exportVariable(name, "");
}
