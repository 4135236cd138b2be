/** A refusal as GitHub's REST API words it. */
export const problem = (status: number, message: string): Response =>
  Response.json({ message, documentation_url: "https://docs.github.com/rest" }, { status });

/** GitHub's answer to what is not there, and to what the asker may not see. */
export const notFound = (): Response => problem(404, "Not Found");

/** A body of the right syntax that the endpoint's schema does not allow. */
export const invalidRequest = (detail: string): Response =>
  problem(422, `Invalid request.\n\n${detail}`);

// 2022-11-28 is the default.
const API_VERSIONS = ["2022-11-28", "2026-03-10"];

/** Refuses what GitHub refuses of any request, whatever it asks for. */
export function refuseRequest({ headers }: Request): Response | undefined {
  // Only what came over HTTP has a Host: in a process no runtime adds it, nor a User-Agent.
  if (headers.has("host") && !headers.get("user-agent")) {
    return new Response(
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.\n",
      { status: 403 },
    );
  }
  const version = headers.get("x-github-api-version");
  if (version === null || API_VERSIONS.includes(version)) return undefined;
  const supported = API_VERSIONS.map((each) => `"${each}"`).join(", ");
  return problem(
    400,
    `The version you specified in the "X-GitHub-API-Version" request header, "${version}", is not a supported version. The following versions are currently supported: ${supported} (most recent).\n`,
  );
}
