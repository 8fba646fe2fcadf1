/** A user pool as far as a client's work goes: answers every request over TLS, after 30 ms. Arguments: port, certificate, key. */
import { createServer } from 'node:https';
import { listen, sendJson } from './listen.js';

const answer = {
  AuthenticationResult: {
    AccessToken: 'a'.repeat(1000),
    IdToken: 'i'.repeat(1000),
    RefreshToken: 'r'.repeat(1000),
    ExpiresIn: 3600,
    TokenType: 'Bearer',
  },
  ChallengeParameters: {},
};
const [, , , cert, key] = process.argv;

listen(
  createServer({ cert, key }, (request, response) => {
    request.resume().on('end', () => setTimeout(() => sendJson(response, answer), 30));
  }),
);
