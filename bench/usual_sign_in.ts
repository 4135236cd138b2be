import process from "node:process";
import { exportVariable, getIDToken, getInput, setFailed, setSecret } from "@actions/core";
// Part of client-kms; such steps have @aws-sdk/client-sts, which is larger.
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/nested-clients/sts";

// aws-actions/configure-aws-credentials, and no more than it has to do.
async function main(): Promise<void> {
  const region = getInput("aws-region", { required: true });
  const sts = new STSClient({ region });
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: getInput("role-to-assume", { required: true }),
      RoleSessionName: `usual-${process.env.GITHUB_RUN_ID}`,
      DurationSeconds: 3600,
      WebIdentityToken: await getIDToken("sts.amazonaws.com"),
    }),
  );
  const session = {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
  };
  for (const [name, value] of Object.entries(session)) {
    setSecret(value);
    exportVariable(name, value);
  }
  exportVariable("AWS_REGION", region);
}

main().catch(setFailed);
