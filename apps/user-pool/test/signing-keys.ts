/** The private keys that the set-up of the test run has generated. */
export const signingKeys = (): string[] =>
  JSON.parse(process.env.USHER_TEST_SIGNING_KEYS ?? 'null') as string[];
