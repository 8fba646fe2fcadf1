// Ordinary use; `npm run check` compiles it.
import { createUsherClient, UsherError, UsherUnreachableError } from '../src/index.js';

export const usher = createUsherClient({
  baseUrl: 'https://api.example.com',
  onSessionEnd: ({ message }) => show(message),
});

export async function signIn(email: string, password: string, ask: (name: string) => string): Promise<void> {
  try {
    let answer = await usher.signIn({ email, password });
    while ('challenge' in answer) {
      const { session, asks, delivery } = answer.challenge;
      if (delivery) show(`A code was sent to ${delivery.destination}`);
      answer = await usher.answerChallenge({
        session,
        answers: Object.fromEntries(asks.map((name) => [name, ask(name)])),
      });
    }
    show(`Hello ${answer.user.firstName ?? answer.user.email}`);
  } catch (error) {
    if (error instanceof UsherUnreachableError) return show('You are offline');
    if (!(error instanceof UsherError)) throw error;
    const { problem } = error;
    switch (problem.code) {
      case 'request.invalid':
        return problem.errors.forEach(({ field, code, params }) =>
          show(`${field}: ${code} ${params?.minimum}`),
        );
      case 'too_many_requests':
        return show(`Wait ${problem.retryAfter.toFixed()} seconds`);
      default:
        return show(problem.detail);
    }
  }
}

export async function revokeOtherSessions(): Promise<void> {
  for (const { id, current } of await usher.listSessions({ limit: 10 }))
    if (!current) await usher.revokeSession({ id });
}

function show(text: string): void {
  document.body.append(text);
}
