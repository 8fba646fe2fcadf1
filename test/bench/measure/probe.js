/**
 * Loaded into every measured process (`node --import`): says on request what it spent between two moments. It ends with the
 * process that asked.
 */
import { isMainThread } from 'node:worker_threads';

let atBegin;

function answer(message) {
  if (message === 'begin') {
    atBegin = process.cpuUsage();
    process.send({});
  } else if (message === 'end') {
    const { user, system } = process.cpuUsage(atBegin);
    process.send({ cpuMs: (user + system) / 1000 });
  }
}

// Worker threads load it too.
if (isMainThread) {
  process.on('message', answer);
  process.on('disconnect', () => process.exit());
  // The channel alone is no reason to live on.
  process.channel.unref();
}
