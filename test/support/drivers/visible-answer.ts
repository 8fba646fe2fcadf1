import type { Answer } from './api-client.js';

/** The visible parts of a response, without those that differ in each response. */
export function visible({ status, headers, body }: Answer<Record<string, unknown>>): unknown {
  const changing = new Set(['date', 'x-request-id', 'set-cookie']);
  return {
    status,
    headers: [...headers].filter(([name]) => !changing.has(name)),
    cookies: headers
      .getSetCookie()
      .map((cookie) => cookie.replace(/=[^;]*/, '').replace(/Expires=[^;]*/, '')),
    body: { ...body, requestId: typeof body.requestId },
  };
}
