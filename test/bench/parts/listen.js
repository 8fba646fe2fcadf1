/** On the port of argument one; says so to whoever started the process. */
export function listen(server) {
  server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send({}));
}

export function sendJson(response, value) {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

export async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(chunks.join(''));
}
