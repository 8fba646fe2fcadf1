import type { Scheme } from '../scheme.js';

/** WordPress hashes passwords of forms with the backslashes that its wp_magic_quotes() puts before quotes and backslashes. */
export const orSlashed = (scheme: Scheme): Scheme => ({
  parse(stored, options) {
    const parsed = scheme.parse(stored, options);
    if (parsed === undefined || typeof parsed === 'string') return parsed;
    return {
      ...parsed,
      async verify(password) {
        const outcome = await parsed.verify(password);
        const slashed = password.replace(/['"\\]/g, String.raw`\$&`);
        return outcome === 'mismatch' && slashed !== password ? parsed.verify(slashed) : outcome;
      },
    };
  },
});
