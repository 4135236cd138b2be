/** The version of this package: the same in package.json, deno.json and every User-Agent. */
export const VERSION = "0.1.0";
