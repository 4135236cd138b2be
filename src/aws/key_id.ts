import { AppTokenError, InputError } from "../errors.ts";
import { externalText } from "../external_text.ts";

/** A KMS key as the user named it, with what its name says. */
export interface KeyReference {
  /** As KMS takes it: key id, key ARN, alias or alias ARN. */
  readonly keyId: string;
  /** Region of the key: that of the ARN, else the one given. */
  readonly region: string;
}

const ARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):(.+)$/;
// A plain id is a UUID; multi-Region keys have mrk- and 32 hexadecimal digits.
const KEY = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/i;
// KMS CreateAlias: letters, digits, slash, underscore and dash.
const ALIAS = /^alias\/[a-zA-Z0-9/_-]{1,250}$/;
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** Refuses what cannot be a Region, such as a zone. */
export function checkRegion(region: string, label = "region"): string {
  if (!REGION.test(region)) {
    throw new InputError(
      `Cannot use ${label} "${externalText(region)}": not an AWS Region; write it like eu-west-1`,
    );
  }
  return region;
}

function hint(keyId: string): string {
  if (keyId.startsWith("arn:") && !keyId.includes(":kms:")) return "this ARN is not of a KMS key";
  if (keyId.startsWith("arn:"))
    return "the ARN is incomplete or has a typing error; write arn:aws:kms:<region>:<account>:key/<id> or …:alias/<name>";
  if (ALIAS.test(`alias/${keyId}`)) return `for an alias write alias/${keyId}`;
  return "give a key id, a key ARN, alias/<name> or an alias ARN";
}

/**
 * Reads a KMS key id, key ARN, alias or alias ARN.
 *
 * @throws {InputError} If `keyId` is none of these.
 * @throws {AppTokenError} `aws_region_missing` If neither an ARN nor `region` tells the Region.
 */
export function keyReference(keyId: string, region: string | undefined): KeyReference {
  const trimmed = keyId.trim();
  const arn = ARN.exec(trimmed);
  const name = arn?.[4]?.replace(/^key\//, "") ?? trimmed;
  const isKey = KEY.test(name) && (!arn || arn[4] !== name);
  if (!isKey && !ALIAS.test(name)) {
    throw new InputError(
      `Cannot use KMS key "${externalText(trimmed)}": ${trimmed ? hint(trimmed) : "it is empty; give a key id, a key ARN, alias/<name> or an alias ARN"}`,
    );
  }
  const found = arn?.[2] ?? region?.trim();
  if (!found) {
    throw new AppTokenError(
      "aws_region_missing",
      `Cannot find KMS key ${trimmed}: its AWS Region is unknown; pass a key ARN or set AWS_REGION`,
    );
  }
  return { keyId: trimmed, region: checkRegion(found) };
}
