import { awsFaultAnswer } from "./aws_gate.ts";
import { queryFaultAnswer } from "./aws_query.ts";

/** The parts of the sandbox. */
export type SandboxService = "kms" | "sts" | "github" | "actions";

/** What goes wrong on request. */
export interface SandboxFault {
  /** Whose requests it hits. */
  service: SandboxService;
  /** Only requests whose operation or path contains this. */
  match?: string;
  /**
   * `throttle`: KMS's ThrottlingException, STS's Throttling, GitHub's secondary
   * rate limit. `server_error`: KMS's or STS's own fault, GitHub's 502.
   * `network_error`: no answer at all; over HTTP, where a handler cannot refuse the
   * connection, a status 200 whose body breaks off at once. `hang`: no answer
   * until the request is given up. `answer`: the given status, headers and body.
   */
  kind: "throttle" | "server_error" | "network_error" | "hang" | "answer";
  /** How many requests it hits. @default {1} */
  times?: number;
  /** Value of `Retry-After`, in seconds, for GitHub's `throttle`. */
  retryAfterSeconds?: number;
  /** For `answer`. @default {200} */
  status?: number;
  /** For `answer`. */
  headers?: Record<string, string>;
  /** For `answer`. */
  body?: string;
}

/** Faults that are still to come; spent ones are forgotten. */
export class FaultList {
  readonly #faults: { readonly fault: SandboxFault; left: number }[] = [];

  add(fault: SandboxFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Takes the first fault that hits a request to a service. */
  take(service: SandboxService, operationOrPath: string): SandboxFault | undefined {
    const index = this.#faults.findIndex(
      ({ fault }) => fault.service === service && operationOrPath.includes(fault.match ?? ""),
    );
    const found = this.#faults[index];
    if (found && --found.left <= 0) this.#faults.splice(index, 1);
    return found?.fault;
  }
}

/** What `fetch` rejects with when nobody answers. */
export class NoAnswer extends TypeError {}

/** An answer over HTTP that breaks off: as near as a handler comes to giving none. */
export function brokenAnswer(error: NoAnswer): Response {
  // All that a server may print of it is the one line.
  error.stack = `${error}`;
  const body = new ReadableStream({
    async pull(controller) {
      // A body that fails before the head is sent becomes a status 500 in @hono/node-server.
      await new Promise((resolve) => setTimeout(resolve, 1));
      controller.error(error);
    },
  });
  return new Response(body);
}

/** Meets `fault` in place of an answer; may never settle, or reject as `fetch` does. */
export async function meetFault(fault: SandboxFault, signal: AbortSignal): Promise<Response> {
  const { service, kind, status = 200, headers = {}, body = "", retryAfterSeconds } = fault;
  switch (kind) {
    case "throttle":
      if (service === "kms") {
        return awsFaultAnswer({
          status: 400,
          type: "ThrottlingException",
          message:
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
        });
      }
      if (service === "sts") {
        return queryFaultAnswer({ status: 400, code: "Throttling", message: "Rate exceeded" });
      }
      return Response.json(
        {
          message:
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        },
        {
          status: 403,
          headers:
            retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
        },
      );
    case "server_error":
      if (service === "kms") {
        return awsFaultAnswer({
          status: 500,
          type: "KMSInternalException",
          message: "Internal fault",
        });
      }
      if (service === "sts") {
        return queryFaultAnswer({
          status: 500,
          code: "InternalFailure",
          message:
            "The request processing has failed because of an unknown error, exception or failure.",
        });
      }
      return new Response("<html><h1>502 Bad Gateway</h1></html>", { status: 502 });
    case "network_error":
      throw new NoAnswer("The sandbox was told to be unreachable");
    case "hang":
      return await new Promise((_, reject) => {
        const leave = () => reject(signal.reason);
        if (signal.aborted) leave();
        signal.addEventListener("abort", leave, { once: true });
      });
    case "answer":
      return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
  }
}
