// A TLS server for the file host: reads its certificate at the start and at SIGHUP, and keeps the old one when the new
// one is invalid. Argument: a directory with fullchain.pem and privkey.pem. Prints its port.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, createServer } from 'node:tls';

const directory = process.argv[2];
let context;

function load() {
  try {
    const read = (name) => readFileSync(join(directory, name));
    context = createSecureContext({ cert: read('fullchain.pem'), key: read('privkey.pem') });
  } catch {
    // The files are missing or do not match.
  }
}

// Without a context the handshake ends with an alert.
const server = createServer({ SNICallback: (_name, done) => done(null, context) });
server.on('tlsClientError', () => undefined);
process.on('SIGHUP', load);
load();
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
