// `npm run test:cognito`: runs the contract suite against Cognito. Creates pools in the account that the AWS
// credentials belong to, and deletes them.
import { spawn } from 'node:child_process';

if (!process.env.COGNITO_CONTRACT_REGION) {
  console.log(
    'Skipped: set COGNITO_CONTRACT_REGION and AWS credentials to run the contract suite against real Cognito.',
  );
  console.log('`npm run test:user-pool` runs the same suite against the local user pool.');
  process.exit(0);
}

const build = spawn('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
build.on('exit', (code) => {
  if (code !== 0) process.exit(code ?? 1);
  const jest = spawn(process.execPath, ['test/run.js', 'user-pool', 'apps/user-pool/test/contract'], {
    stdio: 'inherit',
  });
  jest.on('exit', (result) => process.exit(result ?? 1));
});
