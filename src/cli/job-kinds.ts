import type { QueueFigures } from '../jobs/queue.js';

/** In the order of the output. */
export const jobKinds = [
  'mails',
  'deletions',
  'second-factor-changes',
  'password-changes',
  'session-revocations',
  'email-change-rollbacks',
  'import-blocks',
  'certificates',
] as const;

export type JobKind = (typeof jobKinds)[number];

export interface JobLine extends QueueFigures {
  kind: JobKind;
}
