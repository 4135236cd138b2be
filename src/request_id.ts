import type { HttpAnswer } from "./http_exchange.ts";

/** The id that AWS or GitHub gave a request, for their support; nothing if it has another form. */
export function requestId({ headers }: HttpAnswer, name: string): string | undefined {
  const id = headers.get(name) ?? "";
  return /^[\w:-]{1,100}$/.test(id) ? id : undefined;
}
