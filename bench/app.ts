import {
  type App,
  type AwsCredentialProvider,
  createApp,
  credentialsFromEnvironment,
  type Fetch,
  kmsSigner,
  type TokenOptions,
} from "../mod.ts";

/** What every token of the benchmark is narrowed to. */
export const TOKEN: TokenOptions = {
  repositories: ["octo-org/hello"],
  permissions: { contents: "read" },
};

/** What may differ from what the environment says. */
export interface AppDifference {
  readonly credentials?: AwsCredentialProvider;
  readonly fetch?: Fetch;
}

/** The App that a sandbox's environment names. */
export function appFrom(
  env: Record<string, string>,
  { credentials, fetch }: AppDifference = {},
): App {
  const signer = kmsSigner({
    keyId: env.KMS_APP_TOKEN_KMS_KEY_ID ?? "",
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL_KMS,
    credentials: credentials ?? credentialsFromEnvironment(env),
    fetch,
  });
  const appId = env.KMS_APP_TOKEN_CLIENT_ID ?? "";
  return createApp({ appId, signer, apiUrl: env.GITHUB_API_URL, fetch });
}
