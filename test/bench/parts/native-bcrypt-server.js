/** The limit of a password check: native bcrypt behind node:http. Argument two is the hash. */
import { createServer } from 'node:http';
import bcrypt from 'bcrypt';
import { listen, readJson, sendJson } from './listen.js';

const hash = process.argv[3];

listen(
  createServer(async (request, response) => {
    const { password } = await readJson(request);
    sendJson(response, { success: await bcrypt.compare(password, hash) });
  }),
);
