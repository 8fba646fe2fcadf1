/** Checks a password again and again, eight at a time: with the API's worker pool, and with native bcrypt. */
import 'reflect-metadata';
import bcrypt from 'bcrypt';
import { PasswordHasher } from '../../../dist/src/credentials/password-hasher.js';
import { answerTo } from '../measure/worker.js';

const atOnce = 8;
const [, , password, hash] = process.argv;
const checks = new PasswordHasher({ peppers: [''], unmarkedScheme: undefined }, { bcryptCost: 12 }, console);
let asked = 0;

const work = {
  limit: () => bcrypt.compare(password, hash),
  // Another question each time; nothing behind 72 bytes counts.
  ours: async () => (await checks.verify(`${password}${(asked += 1)}`, hash)) === 'match',
};

answerTo(async ({ name, times }) => {
  const before = process.cpuUsage();
  let left = times;
  const ask = async () => {
    while (left > 0) {
      left -= 1;
      if (!(await work[name]())) throw new Error('the right password was refused');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  const { user, system } = process.cpuUsage(before);
  return { perCpuSecond: (1e6 * times) / (user + system) };
});
