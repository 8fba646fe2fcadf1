/** Checks a password again and again with the API's worker pool. Arguments: password, hash. */
import 'reflect-metadata';
import { PasswordHasher } from '../../../dist/src/credentials/password-hasher.js';
import { answerTo } from '../measure/worker.js';

const atOnce = 2;
const [, , password, hash] = process.argv;
const checks = new PasswordHasher({ peppers: [''], unmarkedScheme: undefined }, { bcryptCost: 12 }, console);
let asked = 0;

answerTo(async ({ times }) => {
  const before = process.cpuUsage();
  let left = times;
  const check = async () => {
    while (left > 0) {
      left -= 1;
      // Equal checks share one result; bcrypt ignores what follows 72 bytes.
      if ((await checks.verify(`${password}${(asked += 1)}`, hash)) !== 'match')
        throw new Error('the right password was refused');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, check));
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000 };
});
