/**
 * Whether a text fits an IAM pattern, in which `*` stands for any text and `?`
 * for one character. Patterns come from requests, so the time grows with the
 * product of the two lengths and no faster, as a regular expression's could.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let read = 0; read < text.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      resume = read;
    } else if (pattern[at] === "?" || pattern[at] === text[read]) {
      at++;
      read++;
    } else if (star >= 0) {
      // The last star takes one character more; the ones before it need not change.
      at = star + 1;
      read = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
