import process from "node:process";
import { createApp, credentialsFromEnvironment, kmsSigner } from "../mod.ts";

const { env } = process;
const app = createApp({
  appId: env.KMS_APP_TOKEN_CLIENT_ID ?? "",
  apiUrl: env.GITHUB_API_URL,
  signer: kmsSigner({
    keyId: env.KMS_APP_TOKEN_KMS_KEY_ID ?? "",
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL_KMS,
    credentials: credentialsFromEnvironment(env),
  }),
});
const { token } = await app.createToken({
  repositories: ["octo-org/hello"],
  permissions: { contents: "read" },
});
console.log(token ? "ok" : "no token");
