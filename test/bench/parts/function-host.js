/** The built function behind the Lambda Invoke API. Arguments: port, address of the API, its access token. */
import { fileURLToPath } from 'node:url';
import { startLambdaHost } from '../../../dist/apps/local-stack/src/lambda-host/lambda-host.js';

const [, , port, apiUrl, token] = process.argv;
const file = fileURLToPath(new URL('../../../dist/migration-lambda/index.mjs', import.meta.url));
const environment = { MIGRATION_API_URL: apiUrl, MIGRATION_ACCESS_TOKEN: token };

await startLambdaHost({ port: Number(port), functions: { function: { file, environment } } });
process.send({});
