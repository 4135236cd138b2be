// AWS's Query protocol: parameters come as a form, answers go as XML.

/** What an AWS Query service answers instead of a result. */
export interface QueryFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Elements by name, in order. */
export interface XmlElements {
  readonly [name: string]: string | XmlElements;
}

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // A reader of XML takes a bare one for a line feed.
  "\r": "&#xD;",
};

function escapeXml(text: string): string {
  return (
    text
      // XML 1.0 has no way to write these, not even escaped.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? "")
  );
}

function writeXml(elements: XmlElements, indent: string): string {
  return Object.entries(elements)
    .map(([name, content]) => {
      const inner =
        typeof content === "string"
          ? escapeXml(content)
          : `\n${writeXml(content, `${indent}  `)}${indent}`;
      return `${indent}<${name}>${inner}</${name}>\n`;
    })
    .join("");
}

function xmlAnswer(
  status: number,
  root: string,
  content: (requestId: string) => XmlElements,
): Response {
  const requestId = crypto.randomUUID();
  const body = writeXml(content(requestId), "  ");
  return new Response(`<${root} xmlns="${NAMESPACE}">\n${body}</${root}>\n`, {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
  });
}

/** A result as an AWS Query service sends it. */
export function queryAnswer(action: string, result: XmlElements): Response {
  return xmlAnswer(200, `${action}Response`, (RequestId) => ({
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId },
  }));
}

/** A fault as an AWS Query service sends it. */
export function queryFaultAnswer({ status, code, message }: QueryFault): Response {
  return xmlAnswer(status, "ErrorResponse", (RequestId) => ({
    Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
    RequestId,
  }));
}
