import { setSecret } from "@actions/core";
import {
  type AwsCredentialProvider,
  type AwsCredentials,
  credentialsFromEnvironment,
} from "../src/aws/credentials.ts";
import { awsPlaceFromEnvironment, type Environment } from "../src/aws/environment.ts";
import { sessionPolicy } from "../src/aws/session_policy.ts";
import { webIdentityCredentials } from "../src/aws/web_identity_credentials.ts";
import { requestActionsIdToken } from "../src/oidc/actions_id_token.ts";
import type { Inputs, RoleInputs } from "./inputs.ts";
import { note } from "./log.ts";

const onNotice = ({ message }: { message: string }) => note(message);

/** Keeps the secret parts of credentials out of the log from now on. */
function mask({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): void {
  for (const secret of [accessKeyId, secretAccessKey, sessionToken]) if (secret) setSecret(secret);
}

function assumed(
  { key, region, exportAwsCredentials }: Inputs,
  { role, sessionName, durationSeconds, audience }: RoleInputs,
  env: Environment,
): AwsCredentialProvider {
  const place = awsPlaceFromEnvironment(env, "STS");
  const provider = webIdentityCredentials({
    ...place,
    region,
    roleArn: role.arn,
    roleSessionName: sessionName,
    durationSeconds,
    // A session that stays in this process has no use for more than this one key.
    policy: exportAwsCredentials ? undefined : sessionPolicy(key, role),
    onNotice,
    async webIdentityToken({ signal }) {
      const idToken = await requestActionsIdToken({ env, audience, signal, onNotice });
      setSecret(idToken);
      return idToken;
    },
  });
  return async (options) => {
    const credentials = await provider(options);
    mask(credentials);
    return credentials;
  };
}

/** Where the credentials come from: the role, else the environment. */
export function awsCredentials(inputs: Inputs, env: Environment): AwsCredentialProvider {
  if (inputs.role) return assumed(inputs, inputs.role, env);
  const credentials = credentialsFromEnvironment(env);
  mask(credentials);
  return () => Promise.resolve(credentials);
}
