// Wrong use; `npm run check` fails if one of these lines compiles.
import { createUsherClient, UsherError } from '../src/index.js';

const usher = createUsherClient({ baseUrl: 'https://api.example.com' });

// @ts-expect-error: no base URL
createUsherClient({});
// @ts-expect-error: no password
await usher.signIn({ email: 'ada@example.com' });
// @ts-expect-error: an unknown member of the body
await usher.signIn({ email: 'ada@example.com', password: 'secret', remember: true });
// @ts-expect-error: no id in the path
await usher.revokeSession();
// @ts-expect-error: the operation takes nothing
await usher.getMe({ id: 1 });
// @ts-expect-error: a parameter of the query has the wrong type
await usher.listSessions({ limit: '10' });
// @ts-expect-error: the answer may be a challenge
(await usher.signIn({ email: 'ada@example.com', password: 'secret' })).user;
// @ts-expect-error: an operation that does not exist
await usher.signInAsAnybody();

declare const error: UsherError;
// @ts-expect-error: a code that does not exist
if (error.code === 'auth.wrong_password') throw error;
// @ts-expect-error: only some problems have errors of fields
error.problem.errors.length;
// @ts-expect-error: only 429 always has a time to wait
error.problem.retryAfter.toFixed();
