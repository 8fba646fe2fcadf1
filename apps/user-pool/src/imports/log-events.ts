import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Services } from '../context.js';
import type { ImportJob } from '../state/records.js';
import { invalidParameter, notFound, ServiceError } from '../wire/errors.js';

/** GetLogEvents of CloudWatch Logs. (Amazon CloudWatch Logs API reference) */
interface Request {
  logGroupName?: unknown;
  logGroupIdentifier?: unknown;
  logStreamName?: unknown;
  startTime?: unknown;
  endTime?: unknown;
  nextToken?: unknown;
  limit?: unknown;
  startFromHead?: unknown;
}

interface LogEvent {
  timestamp: number;
  message: string;
  ingestionTime: number;
}

/** A page has at most 10,000 events and 1 MiB, with 26 bytes for each event. */
const mostEvents = 10_000;
const largestPage = 1024 * 1024;
const eventOverhead = 26;

export async function getLogEvents(services: Services, body: unknown): Promise<object> {
  const request = (typeof body === 'object' && body !== null ? body : {}) as Request;
  const limit = readNumber(request.limit, 'limit') ?? mostEvents;
  if (limit < 1 || limit > mostEvents) throw invalidParameter(`limit must be between 1 and ${mostEvents}.`);
  const job = findJob(services, request);
  const isInTime = timeFilter(request);
  const { forward, position } = readToken(request, job);
  const lines = forward
    ? readForward(services, job, position, limit)
    : readBackward(services, job, position, limit);
  return {
    events: lines.events.filter(isInTime),
    nextForwardToken: `f/${String(lines.end).padStart(56, '0')}/s`,
    nextBackwardToken: `b/${String(lines.start).padStart(56, '0')}/s`,
  };
}

function findJob({ database }: Services, request: Request): ImportJob {
  const { logStreamName: stream } = request;
  const group = request.logGroupName ?? request.logGroupIdentifier;
  if (typeof group !== 'string' || typeof stream !== 'string')
    throw invalidParameter('logGroupName and logStreamName are required.');
  const [, poolId = '', poolName] = /\/aws\/cognito\/userpools\/([^/]+)\/(.*)$/.exec(group) ?? [];
  const pool = database.pool(poolId);
  if (pool?.settings.PoolName !== poolName || !pool)
    throw notFound('The specified log group does not exist.');
  const [jobId = '', ...name] = stream.split('/');
  const job = database.importJob(jobId);
  if (!job || job.poolId !== pool.id || job.name !== name.join('/') || job.startedAt === undefined)
    throw notFound('The specified log stream does not exist.');
  return job;
}

function readNumber(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw new ServiceError('SerializationException', `${name} is not a number.`);
  return value;
}

function timeFilter(request: Request): (event: LogEvent) => boolean {
  const from = readNumber(request.startTime, 'startTime') ?? 0;
  const to = readNumber(request.endTime, 'endTime') ?? Infinity;
  return ({ timestamp }) => timestamp >= from && timestamp < to;
}

/** A token is a position between two lines of the log and a direction. */
function readToken(request: Request, { logLength }: ImportJob): { forward: boolean; position: number } {
  const { nextToken, startFromHead } = request;
  if (nextToken === undefined || nextToken === null) {
    return startFromHead === true ? { forward: true, position: 0 } : { forward: false, position: logLength };
  }
  const [, direction, digits] =
    typeof nextToken === 'string' ? (/^([fb])\/(\d{56})\/s$/.exec(nextToken) ?? []) : [];
  const position = Number(digits);
  if (direction === undefined || position > logLength)
    throw invalidParameter('The specified nextToken is invalid.');
  return { forward: direction === 'f', position };
}

interface Page {
  events: LogEvent[];
  /** Positions of the first byte, and of the byte after the last one. */
  start: number;
  end: number;
}

function readForward(services: Services, job: ImportJob, position: number, limit: number): Page {
  const lines = readLog(services, job, position, Math.min(position + largestPage, job.logLength)).split('\n');
  // The text after the last line end is empty, or the first part of a line.
  lines.pop();
  const page = lines.slice(0, takeFrom(lines, limit));
  return { events: page.map(toEvent), start: position, end: position + lengthOf(page) };
}

function readBackward(services: Services, job: ImportJob, position: number, limit: number): Page {
  const from = Math.max(0, position - largestPage);
  const lines = readLog(services, job, from, position)
    .split('\n')
    .slice(from === 0 ? 0 : 1);
  lines.pop();
  const page = lines.slice(lines.length - takeFrom(lines.toReversed(), limit));
  return { events: page.map(toEvent), start: position - lengthOf(page), end: position };
}

/** @returns how many of the lines fit into a page */
function takeFrom(lines: string[], limit: number): number {
  let size = 0;
  let taken = 0;
  for (const line of lines) {
    size += line.length + eventOverhead;
    if (taken === limit || size > largestPage) break;
    taken += 1;
  }
  return taken;
}

/** The log is ASCII. */
const lengthOf = (lines: string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

function readLog({ importFiles }: Services, { id }: ImportJob, from: number, to: number): string {
  if (to <= from) return '';
  const handle = openSync(importFiles.log(id), 'r');
  try {
    const content = Buffer.alloc(Math.min(to, fstatSync(handle).size) - from);
    readSync(handle, content, 0, content.length, from);
    return content.toString('latin1');
  } finally {
    closeSync(handle);
  }
}

function toEvent(line: string): LogEvent {
  const end = line.indexOf(' ');
  const timestamp = Number(line.slice(0, end));
  return { timestamp, message: line.slice(end + 1), ingestionTime: timestamp };
}
