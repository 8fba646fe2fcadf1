import type { FaultInjector } from './fault-injector.js';

export const lambdaUnreachable: FaultInjector = {
  name: 'the Lambda endpoint is unreachable',
  isVisible: true,
  begin: ({ lambda }) => lambda.stop(),
  end: async ({ lambda }) => void (await lambda.start()),
};

export const lambdaFails: FaultInjector = {
  name: 'the Lambda is refused by Usher',
  isVisible: true,
  begin: async ({ lambda }) => {
    await lambda.stop();
    await lambda.start('a-token-that-was-dropped');
  },
  end: async ({ lambda }) => {
    await lambda.stop();
    await lambda.start();
  },
};
