import type { Breakage } from './breakage.js';

export const lambdaGone: Breakage = {
  name: 'the Lambda cannot be called',
  isFelt: true,
  begin: ({ lambda }) => lambda.stop(),
  end: async ({ lambda }) => void (await lambda.start()),
};

export const lambdaFails: Breakage = {
  name: 'the Lambda fails',
  isFelt: true,
  begin: async ({ lambda }) => {
    await lambda.stop();
    await lambda.start('a-token-that-was-dropped');
  },
  end: async ({ lambda }) => {
    await lambda.stop();
    await lambda.start();
  },
};
