import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A failure of a query: a response code, no response, or invalid bytes after a valid header. */
type Trouble = 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'silence' | { garbage: Uint8Array };

interface CaaValue {
  flags?: number;
  tag: string;
  value: string;
}

interface Records {
  A?: readonly string[] | Trouble;
  AAAA?: readonly string[] | Trouble;
  CAA?: CaaValue[] | Trouble;
}

/** Records by lower-case name. Other names get NXDOMAIN. */
export type Zone = Record<string, Records | Trouble>;

export interface DnsServer {
  /** In the format of `Resolver.setServers`. */
  address: string;
  /** Can be changed while the server runs. */
  zone: Zone;
  /** `TYPE name` of each received query. */
  queries: string[];
  close(): Promise<void>;
}

const types: Record<number, keyof Records | undefined> = { 1: 'A', 28: 'AAAA', 257: 'CAA' };
const codes = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 };

/** A name server for tests: UDP on loopback, with the parts of RFC 1035 that a resolver uses. */
export async function startDnsServer(zone: Zone = {}): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let closed: Promise<unknown> | undefined;
  const server = {
    address: `127.0.0.1:${socket.address().port}`,
    zone,
    queries: [] as string[],
    close: async () => void (await (closed ??= once(socket.close(), 'close'))),
  };
  socket.on('message', (query, from) => {
    const answer = respondTo(query, server);
    if (answer) socket.send(answer, from.port, from.address);
  });
  return server;
}

function respondTo(query: Buffer, { zone, queries }: DnsServer): Buffer | undefined {
  const { name, type, end } = questionOf(query);
  queries.push(`${types[type] ?? type} ${name}`);
  const known = zone[name] ?? 'NXDOMAIN';
  const kind = types[type];
  const records = isTrouble(known) ? known : ((kind && known[kind]) ?? []);
  if (records === 'silence') return undefined;
  const question = query.subarray(12, end);
  if (!isTrouble(records)) {
    const answers = records.map((record) => resource(type, dataOf(record)));
    return Buffer.concat([header(query, 0, answers.length), question, ...answers]);
  }
  if (typeof records === 'object') return Buffer.concat([header(query, 0, 1), question, records.garbage]);
  return Buffer.concat([header(query, codes[records], 0), question]);
}

const isTrouble = (value: object | string): value is Trouble =>
  typeof value === 'string' || 'garbage' in value;

/** RFC 1035 section 4.1.2: the labels, each after its length, then type and class. */
function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** RFC 1035 section 4.1.1: a response (QR), recursion desired and available. */
function header(query: Buffer, code: number, answers: number): Buffer {
  const bytes = Buffer.alloc(12);
  query.copy(bytes, 0, 0, 2);
  bytes.writeUInt16BE(0x8180 | code, 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt16BE(answers, 6);
  return bytes;
}

/** RFC 1035 section 4.1.3: the name is a pointer to the question; the TTL is one second. */
function resource(type: number, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(0xc00c, 0);
  bytes.writeUInt16BE(type, 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt32BE(1, 6);
  bytes.writeUInt16BE(data.length, 10);
  return Buffer.concat([bytes, data]);
}

function dataOf(record: string | CaaValue): Buffer {
  if (typeof record === 'object') {
    const { flags = 0, tag, value } = record;
    // RFC 8659 section 4.1
    return Buffer.concat([Buffer.from([flags, tag.length]), Buffer.from(tag), Buffer.from(value)]);
  }
  if (!record.includes(':')) return Buffer.from(record.split('.').map(Number));
  const [head = '', tail] = record.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.concat(groups.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}
