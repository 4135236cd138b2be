// Long enough for AWS's and GitHub's own sentences, short enough for one log line.
const MAX_LENGTH = 500;

/**
 * Makes text that came from outside fit for one line of a message: without
 * control and formatting characters, without the given secrets, at most 500
 * characters.
 */
export function externalText(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    // A secret of a few characters would blank out ordinary words.
    if (secret.length >= 8) clean = clean.replaceAll(secret, "***");
  }
  clean = clean.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const characters = [...clean];
  return characters.length > MAX_LENGTH
    ? `${characters.slice(0, MAX_LENGTH - 1).join("")}…`
    : clean;
}

/**
 * An input as it may be repeated to whoever gave it: with a blank and in
 * quotes, or not at all where its length or line breaks hint at a private key
 * in the wrong place.
 */
export function shownInput(text: string): string {
  return /^[\x20-\x7e]{0,300}$/.test(text) ? ` "${text}"` : "";
}
