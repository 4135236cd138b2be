import { checkRegion } from "./key_id.ts";

/** Which of a service's regional endpoints to call. */
export interface EndpointVariant {
  /**
   * Endpoints with FIPS 140 validated cryptography.
   * @default {false}
   */
  useFips?: boolean | undefined;
  /**
   * Endpoints that answer on IPv4 and IPv6.
   * @default {false}
   */
  useDualstack?: boolean | undefined;
}

// DNS suffixes by the first part of the Region's name, plain and dual-stack: the
// endpoint rules of botocore 1.43 (partitions.json).
const PARTITIONS: Readonly<Record<string, readonly [dns: string, dualstack: string]>> = {
  cn: ["amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  eusc: ["amazonaws.eu", "api.amazonwebservices.eu"],
  "us-iso": ["c2s.ic.gov", "api.aws.ic.gov"],
  "us-isob": ["sc2s.sgov.gov", "api.aws.scloud"],
  "eu-isoe": ["cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
  "us-isof": ["csp.hci.ic.gov", "api.aws.hci.ic.gov"],
};

// The aws and aws-us-gov partitions share theirs.
const COMMERCIAL = ["amazonaws.com", "api.aws"] as const;

/** The URL of a regional AWS service: `https://kms.eu-west-1.amazonaws.com`. */
export function regionalEndpoint(
  service: "kms" | "sts",
  region: string,
  variant: EndpointVariant = {},
): string {
  checkRegion(region);
  const prefix = /^(cn|eusc|(us|eu)-iso[a-z]?)-/.exec(region)?.[1] ?? "";
  const suffix = (PARTITIONS[prefix] ?? COMMERCIAL)[variant.useDualstack ? 1 : 0];
  // In GovCloud STS has no other host for FIPS: every one is.
  const hasFipsHost = !(service === "sts" && region.startsWith("us-gov-"));
  return `https://${service}${variant.useFips && hasFipsHost ? "-fips" : ""}.${region}.${suffix}`;
}
