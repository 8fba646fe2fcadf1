/**
 * Runs in a process of its own: loads the handler of argument one, prints a line, has it answer the event of argument two, and
 * prints the answer.
 */
import { pathToFileURL } from 'node:url';

const { handler } = await import(pathToFileURL(process.argv[2]).href);
process.stdout.write('ready\n');
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 5000 };
const { response } = await handler(JSON.parse(process.argv[3]), context);
process.stdout.write(`${JSON.stringify(response)}\n`);
