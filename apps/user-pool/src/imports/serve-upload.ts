import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Services } from '../context.js';
import { isSameText } from '../passwords/secret-hash.js';
import type { ImportJob } from '../state/records.js';
import { answer } from '../wire/http.js';
import { largestFile } from './csv-file.js';
import { uploadedJob, uploadSignature, uploadTime } from './presigned-url.js';

const encryption = 'x-amz-server-side-encryption';

interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** Stores the CSV file of a job. Answers in XML as S3 does; a later upload replaces an earlier one. */
export async function serveUpload(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', services.url);
  const job = services.database.importJob(uploadedJob(pathname) ?? '');
  const refused = refuse(services, request, { job, signature: searchParams.get('X-Amz-Signature') ?? '' });
  if (refused) return answerError(response, refused);
  const file = services.importFiles.csv(job?.id ?? '');
  const part = `${file}.${randomUUID()}`;
  try {
    await pipeline(request, createWriteStream(part, { mode: 0o600 }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  response.setHeader(encryption, 'aws:kms');
  response.writeHead(200, { 'content-length': 0 }).end();
}

function refuse(
  { clock, ...services }: Services,
  { headers }: IncomingMessage,
  { job, signature }: { job: ImportJob | undefined; signature: string },
): Refusal | undefined {
  const expected = job && uploadSignature({ clock, ...services }, job);
  if (!job || !isSameText(expected ?? '', signature) || headers[encryption] !== 'aws:kms') {
    return {
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: 'The request signature we calculated does not match the signature you provided.',
    };
  }
  if (clock.now() > job.createdAt + uploadTime)
    return { status: 403, code: 'AccessDenied', message: 'Request has expired' };
  // S3 would store the file, but no job would read it.
  if (job.status !== 'Created')
    return { status: 403, code: 'AccessDenied', message: 'The import job has been started.' };
  const size = headers['content-length'];
  if (size === undefined) {
    const message = 'You must provide the Content-Length HTTP header.';
    return { status: 411, code: 'MissingContentLength', message };
  }
  if (Number(size) > largestFile) {
    const message = 'Your proposed upload exceeds the maximum allowed size';
    return { status: 400, code: 'EntityTooLarge', message };
  }
  return undefined;
}

/** The connection ends, because the rest of the file may still be on its way. */
function answerError(response: ServerResponse, { status, code, message }: Refusal): void {
  response.setHeader('connection', 'close');
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  answer(response, status, 'application/xml', xml);
}
