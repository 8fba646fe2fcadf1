import { createHmac } from 'node:crypto';
import { minute, second } from '../clock.js';
import type { Services } from '../context.js';
import type { ImportJob } from '../state/records.js';

export const uploadTime = 15 * minute;

const prefix = '/user-import/000000000000/';

/** The URL for the upload of the CSV file: as S3 has it, but signed by the pool. */
export function presignedUrl(services: Services, job: ImportJob): string {
  const date = new Date(job.createdAt).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': date,
    'X-Amz-SignedHeaders': 'host;x-amz-server-side-encryption',
    'X-Amz-Expires': String(uploadTime / second),
    'X-Amz-Credential': `local/${date.slice(0, 8)}/${job.poolId.split('_')[0]}/s3/aws4_request`,
    'X-Amz-Signature': uploadSignature(services, job),
  });
  return `${services.url}${prefix}${job.poolId}/${job.id}?${query.toString()}`;
}

export const uploadSignature = ({ keys }: Services, { id, poolId }: ImportJob): string =>
  createHmac('sha256', keys.of(poolId).sealing).update(`upload/${id}`).digest('hex');

/** @returns the id of the job, or undefined if this is no path of an upload */
export const uploadedJob = (path: string): string | undefined =>
  path.startsWith(prefix) ? path.slice(prefix.length).split('/')[1] : undefined;
