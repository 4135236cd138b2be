import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialsFromEnvironment } from "../mod.ts";
import { awsPlaceFromEnvironment, type Environment } from "../src/aws/environment.ts";
import { failureOf } from "./fixture.ts";

test("AWS's variables mean what they mean to AWS's tools", () => {
  const nothing = { region: undefined, endpoint: undefined, useFips: false, useDualstack: false };
  const cases: [Environment, Partial<ReturnType<typeof awsPlaceFromEnvironment>>][] = [
    [{}, {}],
    [{ AWS_REGION: "", AWS_DEFAULT_REGION: "", AWS_ENDPOINT_URL: "" }, {}],
    [{ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "us-east-1" }, { region: "eu-west-1" }],
    [{ AWS_REGION: "", AWS_DEFAULT_REGION: "us-east-1" }, { region: "us-east-1" }],
    [
      { AWS_ENDPOINT_URL: "https://all", AWS_ENDPOINT_URL_KMS: "https://kms" },
      { endpoint: "https://kms" },
    ],
    [{ AWS_ENDPOINT_URL: "https://all", AWS_ENDPOINT_URL_KMS: "" }, { endpoint: "https://all" }],
    [
      { AWS_ENDPOINT_URL: "https://all", AWS_ENDPOINT_URL_STS: "https://sts" },
      { endpoint: "https://all" },
    ],
    [{ AWS_ENDPOINT_URL_KMS: "https://kms", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, {}],
    [
      { AWS_ENDPOINT_URL_KMS: "https://kms", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" },
      { endpoint: "https://kms" },
    ],
    [
      { AWS_USE_FIPS_ENDPOINT: "true", AWS_USE_DUALSTACK_ENDPOINT: "TRUE" },
      { useFips: true, useDualstack: true },
    ],
    [{ AWS_USE_FIPS_ENDPOINT: "no" }, {}],
  ];
  for (const [env, expected] of cases) {
    assert.deepEqual(
      awsPlaceFromEnvironment(env, "KMS"),
      { ...nothing, ...expected },
      JSON.stringify(env),
    );
  }
});

test("credentialsFromEnvironment() takes the empty string for unset, and names what is missing", async () => {
  const env = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
  assert.deepEqual(credentialsFromEnvironment({ ...env, AWS_SESSION_TOKEN: "" }), {
    accessKeyId: "AKIA",
    secretAccessKey: "secret",
    sessionToken: undefined,
    source: "the environment",
  });
  assert.equal(credentialsFromEnvironment({ ...env, AWS_SESSION_TOKEN: "t" }).sessionToken, "t");
  const one = await failureOf(() =>
    credentialsFromEnvironment({ ...env, AWS_SECRET_ACCESS_KEY: "" }),
  );
  assert.equal(one.code, "aws_credentials_missing");
  assert.match(one.message, /: AWS_SECRET_ACCESS_KEY is not set/);
  const both = await failureOf(() => credentialsFromEnvironment({}));
  assert.match(both.message, /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/);
});
