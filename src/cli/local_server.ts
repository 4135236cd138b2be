import { serve } from "@hono/node-server";
import { InputError } from "../errors.ts";

/** A server on this machine's loopback interface. */
export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves `fetch` on loopback; port 0 takes any that is free. */
export async function serveLocally(
  fetch: (request: Request) => Promise<Response>,
  port: number,
): Promise<LocalServer> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = serve({ fetch, port, hostname: "127.0.0.1" }, (info) => resolve(info.port));
  server.on("error", (error: NodeJS.ErrnoException) => {
    reject(
      new InputError(
        `Cannot listen on port ${port}: ${error.code === "EADDRINUSE" ? "it is in use; choose another, or 0 for any" : error.message}`,
      ),
    );
  });
  const taken = await promise;
  return {
    origin: `http://127.0.0.1:${taken}`,
    async close() {
      await new Promise<void>((done) => {
        server.close(() => done());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}
