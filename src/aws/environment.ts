import type { EndpointVariant } from "./endpoint.ts";

/** An environment: `process.env`, a Worker's `env`. The empty string means unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What AWS's own variables say about where a service is. */
export interface AwsPlace extends EndpointVariant {
  readonly region: string | undefined;
  /** Endpoint override; nothing for the Region's own. */
  readonly endpoint: string | undefined;
}

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === "true";

/**
 * Reads `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_<SERVICE>`,
 * `AWS_ENDPOINT_URL`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
 * `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`, which mean what
 * they mean to AWS's own tools.
 */
export function awsPlaceFromEnvironment(env: Environment, service: "KMS" | "STS"): AwsPlace {
  const ignored = isTrue(env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS);
  return {
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
    endpoint: ignored
      ? undefined
      : env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL || undefined,
    useFips: isTrue(env.AWS_USE_FIPS_ENDPOINT),
    useDualstack: isTrue(env.AWS_USE_DUALSTACK_ENDPOINT),
  };
}
