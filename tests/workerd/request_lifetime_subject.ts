// A Worker that keeps its App in module state, as Workers do to reuse the JWT.
import { createApp, kmsSigner } from "../../mod.ts";
import { createSandbox } from "../../src/sandbox/mod.ts";

const sandbox = createSandbox();
const signer = kmsSigner({
  keyId: sandbox.keyArn,
  credentials: {
    accessKeyId: sandbox.world.principals[0]?.accessKeyId ?? "",
    secretAccessKey: sandbox.world.principals[0]?.secretAccessKey ?? "",
  },
  fetch: sandbox.fetch,
});
const newApp = () => createApp({ appId: 123456, signer, fetch: sandbox.fetch });
let app = newApp();

export default {
  async fetch(request: Request): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/make-key":
        return Response.json(await signer.fingerprint?.());
      case "/open-a-flight-and-end":
        app = newApp();
        sandbox.world.latencyMs = 300;
        // Deliberately not awaited: this request ends while the flight is open.
        app.jwt().catch(() => {});
        return new Response("ended");
      case "/jwt": {
        sandbox.world.latencyMs = 0;
        const start = Date.now();
        const { jwt } = await app.jwt();
        return Response.json({ jwt, ms: Date.now() - start });
      }
      case "/operations":
        return Response.json(sandbox.requests.map(({ operation }) => operation));
      default:
        return new Response("no such path", { status: 404 });
    }
  },
};
