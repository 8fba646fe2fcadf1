/** The preflight of http-01 challenges: what other parts may use of it. */
export type { Finding } from './preflight/finding.js';
export { type CheckedNames, checkNames, type NameOptions } from '../platform/names/names.js';
export { preflight } from './preflight/preflight.js';
export { failingNames, reportLines } from './preflight/report.js';
export { type PreflightSettings, type Probe, usualSettings } from './preflight/settings.js';
