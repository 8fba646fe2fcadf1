/**
 * Loaded into every measured process (`node --import`): says on request what it spent between two moments. It ends with the
 * process that asked.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const delay = monitorEventLoopDelay({ resolution: 1 });
let atBegin;

function answer(message) {
  if (message === 'begin' || message === 'begin with delay') {
    delay.reset();
    // It wakes a thousand times a second, which would be part of what is measured.
    if (message === 'begin with delay') delay.enable();
    atBegin = process.cpuUsage();
    process.send({});
  } else if (message === 'end') {
    const { user, system } = process.cpuUsage(atBegin);
    delay.disable();
    process.send({ cpuMs: (user + system) / 1000, delayP99Ms: delay.percentile(99) / 1e6 });
  }
}

// Worker threads load it too.
if (isMainThread) {
  process.on('message', answer);
  process.on('disconnect', () => process.exit());
  // The channel alone is no reason to live on.
  process.channel.unref();
}
