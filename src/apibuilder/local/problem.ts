/** An answer of RFC 9457, as the control API's are. */
export function problem(status: number, code: string, detail: string): Response {
  return Response.json(
    { type: `urn:apibuilder:error:${code}`, title: detail, status, code, detail },
    {
      status,
      headers: {
        "Content-Type": "application/problem+json",
        "Access-Control-Allow-Origin": "*",
      },
    },
  );
}
