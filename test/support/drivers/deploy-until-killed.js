// Deploys certificates with the built file host and kills itself during the deployment. Arguments: the directory, the file
// with the certificates as JSON, and the number of the file system call before which the process exits ("never": deploys
// in an endless loop and reports each deployment).
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [directory, file, step] = process.argv.slice(2);
const certificates = JSON.parse(await fs.readFile(file, 'utf8'));
let calls = 0;

function countCalls(object, names) {
  for (const name of names) {
    const original = object[name];
    object[name] = function (...parameters) {
      calls += 1;
      if (String(calls) === step) process.kill(process.pid, 'SIGKILL');
      return original.apply(this, parameters);
    };
  }
}

const handle = await fs.open(file);
countCalls(Object.getPrototypeOf(handle), ['writeFile', 'sync', 'close']);
await handle.close();
countCalls(fs, [
  'mkdir',
  'mkdtemp',
  'open',
  'readdir',
  'readFile',
  'readlink',
  'rename',
  'rm',
  'stat',
  'symlink',
]);
syncBuiltinESMExports();
calls = 0;

const { FileHost } = await import('../../../dist/src/acme/hosts/file-host.js');
const host = new FileHost({ directory });
do {
  for (const certificate of certificates) await host.deploy(certificate);
  console.log('deployed');
} while (step === 'never');
