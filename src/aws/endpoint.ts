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

interface Partition {
  readonly regions: RegExp;
  readonly dnsSuffix: string;
  readonly dualstackSuffix: string;
}

// From the endpoint rules of botocore 1.43 (partitions.json); aws, the rest, stands last.
const PARTITIONS: readonly Partition[] = [
  {
    regions: /^cn-/,
    dnsSuffix: "amazonaws.com.cn",
    dualstackSuffix: "api.amazonwebservices.com.cn",
  },
  { regions: /^us-gov-/, dnsSuffix: "amazonaws.com", dualstackSuffix: "api.aws" },
  { regions: /^eusc-/, dnsSuffix: "amazonaws.eu", dualstackSuffix: "api.amazonwebservices.eu" },
  { regions: /^us-iso-/, dnsSuffix: "c2s.ic.gov", dualstackSuffix: "api.aws.ic.gov" },
  { regions: /^us-isob-/, dnsSuffix: "sc2s.sgov.gov", dualstackSuffix: "api.aws.scloud" },
  { regions: /^eu-isoe-/, dnsSuffix: "cloud.adc-e.uk", dualstackSuffix: "api.cloud-aws.adc-e.uk" },
  { regions: /^us-isof-/, dnsSuffix: "csp.hci.ic.gov", dualstackSuffix: "api.aws.hci.ic.gov" },
  { regions: /^/, dnsSuffix: "amazonaws.com", dualstackSuffix: "api.aws" },
];

/** The URL of a regional AWS service: `https://kms.eu-west-1.amazonaws.com`. */
export function regionalEndpoint(
  service: "kms",
  region: string,
  variant: EndpointVariant = {},
): string {
  checkRegion(region);
  const partition = PARTITIONS.find(({ regions }) => regions.test(region)) as Partition;
  const suffix = variant.useDualstack ? partition.dualstackSuffix : partition.dnsSuffix;
  return `https://${service}${variant.useFips ? "-fips" : ""}.${region}.${suffix}`;
}
