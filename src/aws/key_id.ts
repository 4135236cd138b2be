import { AppTokenError, InputError } from "../errors.ts";
import { externalText, shownInput } from "../external_text.ts";

/** A KMS key as the user named it, with what its name says. */
export interface KeyReference {
  /** As KMS takes it: key id, key ARN, alias or alias ARN. */
  readonly keyId: string;
  /** Region of the key: that of the ARN, else the one given. */
  readonly region: string;
  /** The key id or `alias/<name>` without what an ARN has before it. */
  readonly name: string;
  /** Partition and account of the ARN, if it is one. */
  readonly owner?: { readonly partition: string; readonly accountId: string } | undefined;
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
    const alias = ALIAS.test(`alias/${trimmed}`) ? `; for an alias write alias/${trimmed}` : "";
    throw new InputError(
      `Cannot use KMS key${shownInput(trimmed)}: give a key id, alias/<name>, or the ARN of either (arn:aws:kms:<region>:<account>:key/<id>)${alias}`,
    );
  }
  const found = arn?.[2] ?? region?.trim();
  if (!found) {
    throw new AppTokenError(
      "aws_region_missing",
      `Cannot find KMS key ${trimmed}: its AWS Region is unknown; pass a key ARN or set AWS_REGION`,
    );
  }
  const [, partition = "", , accountId = ""] = arn ?? [];
  const owner = arn ? { partition, accountId } : undefined;
  return { keyId: trimmed, region: checkRegion(found), name, owner };
}
