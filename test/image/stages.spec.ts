import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execForm, parseDockerfile } from './dockerfile.js';
import { Builder } from './stages.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-stages-'));
  await mkdir(join(folder, 'context/src'), { recursive: true });
  const files = {
    '.dockerignore': '*\n!src\n**/*.spec.ts\n',
    secret: 's',
    'src/a.ts': 'a',
    'src/a.spec.ts': 't',
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, 'context', name), content);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Builds the stage `last`. */
function build(...lines: string[]) {
  const stages = parseDockerfile(lines.join('\n'));
  return new Builder({ stages, context: join(folder, 'context'), into: join(folder, 'built') }).stage('last');
}

describe('a Dockerfile without Docker', () => {
  it('copies files, runs commands and copies between stages', async () => {
    const { root } = await build(
      'ARG VERSION=1',
      'FROM image:${VERSION} AS first',
      'WORKDIR /app',
      'COPY src src',
      'RUN cat src/a.ts > b \\',
      '  && echo b >> b',
      'FROM other AS last',
      'WORKDIR /srv',
      'COPY --from=first /app/b ./',
      'COPY --from=first /app/src code',
    );
    expect(await readFile(join(root, 'srv/b'), 'utf8')).toBe('ab\n');
    expect(await readdir(join(root, 'srv/code'))).toEqual(['a.ts']);
  });

  it.each([
    ['what .dockerignore leaves out', 'COPY secret ./', /dockerignore/],
    ['what does not exist', 'COPY nothing ./', /ENOENT/],
    ['a file of an image it does not have', 'COPY --from=base /usr/bin/node ./', /ENOENT/],
    ['what fails', 'RUN false', /false/],
    ['an instruction it does not know', 'ADD src ./', /not known/],
  ])('stops at %s', async (_, line, problem) => {
    await expect((async () => build('FROM image AS base', 'FROM image AS last', line))()).rejects.toThrow(
      problem,
    );
  });

  it('refuses commands in shell form', () => expect(() => execForm('node main.js')).toThrow('exec form'));
});
