/** For a program that `startWorker` starts: answers each message with what `work` makes of it. */
export function answerTo(work) {
  process.on('message', async (message) => {
    if (typeof message === 'string') return;
    process.send(await work(message).catch((error) => ({ error: error.stack })));
  });
  process.channel.ref();
  process.send({});
}
