import { type App, createApp } from "../app.ts";
import { credentialsFromEnvironment } from "../aws/credentials.ts";
import { awsPlaceFromEnvironment } from "../aws/environment.ts";
import { kmsSigner } from "../aws/kms_signer.ts";
import { InputError } from "../errors.ts";
import { checkLevels, unfamiliarPermissions } from "../github/permission_table.ts";
import { parsePermissions } from "../github/permissions.ts";
import type { TokenOptions } from "../github/target.ts";
import type { Notice } from "../notice.ts";
import { parseList } from "../parse_list.ts";
import type { Io } from "./io.ts";
import {
  APP_OPTIONS,
  readOptions,
  requireOptions,
  TARGET_OPTIONS,
  wholeNumber,
} from "./options.ts";

// GitHub's tokens live an hour; whoever waits longer waits for nothing.
const MAX_TIMEOUT_SECONDS = 3_600;

/** Creates the app that a command's options describe. */
export function appFromOptions(flags: Record<string, unknown>, io: Io): App {
  const values = readOptions(APP_OPTIONS, flags, io.env);
  const { clientId, kmsKeyId } = requireOptions(APP_OPTIONS, values, ["clientId", "kmsKeyId"]);
  const seconds =
    values.timeout && wholeNumber(values.timeout, APP_OPTIONS.timeout, 1, MAX_TIMEOUT_SECONDS);
  const retry = seconds ? { deadlineMs: seconds * 1000 } : undefined;
  const onNotice = ({ message }: Notice) => io.stderr(`notice: ${message}`);
  const place = awsPlaceFromEnvironment(io.env, "KMS");
  const signer = kmsSigner({
    ...place,
    keyId: kmsKeyId,
    region: values.awsRegion,
    endpoint: flags.kmsEndpoint === undefined ? place.endpoint : values.kmsEndpoint,
    credentials: credentialsFromEnvironment(io.env),
    retry,
    onNotice,
  });
  return createApp({
    appId: clientId,
    signer,
    apiUrl: values.githubApiUrl,
    retry,
    onNotice,
    waitUntil: io.waitUntil,
  });
}

/** Reads for what to mint a token. */
export function targetFromOptions(flags: Record<string, unknown>, io: Io): TokenOptions {
  const values = readOptions(TARGET_OPTIONS, flags, io.env);
  const { owner, enterprise, repositories, repositoryIds, permissions, installationId } = values;
  if (!owner && !enterprise && !repositories && !installationId) {
    throw new InputError(
      "Cannot tell whose token to mint: give --owner, --repositories <owner>/<name>, --installation-id or --enterprise",
    );
  }
  const asked = permissions === undefined ? undefined : checkLevels(parsePermissions(permissions));
  for (const line of unfamiliarPermissions(asked ?? {})) io.stderr(`notice: ${line}`);
  return {
    owner,
    enterprise,
    repositories: repositories === undefined ? undefined : parseList(repositories),
    repositoryIds:
      repositoryIds === undefined
        ? undefined
        : parseList(repositoryIds).map((id) => wholeNumber(id, TARGET_OPTIONS.repositoryIds)),
    permissions: asked,
    installationId:
      installationId === undefined
        ? undefined
        : wholeNumber(installationId, TARGET_OPTIONS.installationId),
    signal: io.signal,
  };
}
