import type { NoReply, Reply } from './ask.js';
import type { Finding } from './finding.js';
import type { Course } from './follow.js';
import { addressOf } from './redirect.js';
import type { PreflightSettings, Probe } from './settings.js';
import { visible } from '../../platform/names/visible.js';

export interface Asked {
  name: string;
  address: string;
  course: Course;
}

/** What a CA would get wrong. */
interface Fault extends Pick<Finding, 'code' | 'severity' | 'remedy'> {
  /** In words that follow "ADDRESS ". */
  what: string;
}

/** What is wrong with the answer of one address; `undefined` when it is the right one, without a detour. */
export function httpFinding(asked: Asked, probe: Probe, settings: PreflightSettings): Finding | undefined {
  const { name, address, course } = asked;
  const fault = faultOf(course, probe, settings);
  const last = course.redirects.at(-1);
  if (last === undefined) return fault && findingOf(asked, fault, `${address} ${fault.what}.`);
  const place = visible(addressOf(last, settings), 200);
  if (fault === undefined) return detour(asked, place, last.host !== name);
  const problem = `${address} redirects to ${place}, which ${fault.what}.`;
  const isTheirs = last.host !== name && fault.code !== 'http.too_many_redirects';
  return findingOf(asked, isTheirs ? { ...fault, ...elsewhere } : fault, problem);
}

const findingOf = ({ name, address }: Asked, fault: Fault, problem: string): Finding => ({
  code: fault.code,
  severity: fault.severity,
  name,
  address,
  problem,
  remedy: fault.remedy,
});

const elsewhere = {
  code: 'http.redirects_elsewhere',
  remedy:
    'Except /.well-known/acme-challenge/ from the redirect, or let its target forward this path to Usher.',
} as const;

const detour = ({ name, address }: Asked, place: string, isElsewhere: boolean): Finding => ({
  code: isElsewhere ? elsewhere.code : 'http.redirects',
  severity: 'warns',
  name,
  address,
  problem: `${address} gives the right answer only after a redirect to ${place}.`,
  remedy: 'Nothing must be done as long as this stays so; without the redirect there is less that can fail.',
});

/** What is wrong with the answer at the end, whatever the way there. */
export function faultOf(course: Course, probe: Probe, settings: PreflightSettings): Fault | undefined {
  const { end, redirects } = course;
  const port = redirects.at(-1)?.port ?? settings.httpPort;
  switch (end.kind) {
    case 'reply':
      return faultOfReply(end, probe);
    case 'stopped':
      return { ...elsewhere, severity: 'fails', what: `answers with ${end.reason}` };
    case 'too_many':
      return {
        code: 'http.too_many_redirects',
        severity: 'fails',
        what: `answers with ${end.reason}`,
        remedy:
          'Look where the redirects of /.well-known/acme-challenge/ lead; they probably go in a circle.',
      };
    default:
      return faultOfSilence(end, { port, seconds: settings.httpTimeoutMs / 1000, address: course.address });
  }
}

interface Asking {
  port: number;
  seconds: number;
  address: string;
}

/** We may lack IPv6 while the CA has it, so an IPv6 address without a route from here proves nothing. */
function faultOfSilence({ kind, detail }: NoReply, { port, seconds, address }: Asking): Fault {
  const isIpv6 = address.includes(':');
  const severity = kind === 'unreachable' && isIpv6 ? 'warns' : 'fails';
  const because = ` (${visible(detail)})`;
  const what = {
    refused: `refuses connections on port ${port}`,
    timed_out: `lets nobody connect to port ${port} within ${seconds} seconds`,
    unreachable: `cannot be reached from this machine${because}`,
    too_slow: `gives no whole answer on port ${port} within ${seconds} seconds`,
    not_http: `takes a connection on port ${port} and does not answer in ${port === 443 ? 'HTTPS' : 'HTTP'}${because}`,
  }[kind];
  const remedy = kind === 'unreachable' && isIpv6 ? remedies.no_ipv6 : remedies[kind];
  return { code: `http.${kind}`, severity, what, remedy };
}

const remedies = {
  refused: 'Let Usher, or the proxy before it, listen on this port, or take the address out of the DNS.',
  timed_out:
    'Open the port in the firewall or security group before this address, or take the address out of the DNS.',
  unreachable: 'Mend the route to this address, or take the address out of the DNS.',
  no_ipv6: 'Try from a machine with IPv6; if the address is not yours, take the AAAA record out of the DNS.',
  too_slow: 'Look why the server or the proxy before it is slow: a CA waits no longer.',
  not_http: 'Let the server speak plain HTTP on port 80, and TLS on port 443 only.',
};

function faultOfReply(
  { status, sender, body, isWhole }: Reply,
  { keyAuthorization }: Probe,
): Fault | undefined {
  const who = sender === undefined ? '' : ` (from ${sender})`;
  if (status === 404)
    return {
      code: 'http.not_found',
      severity: 'fails',
      what: `answers 404${who}: another application, or a proxy that does not forward the path`,
      remedy:
        'Forward /.well-known/acme-challenge/ to Usher with its path unchanged, or point the name at Usher.',
    };
  if (status !== 200)
    return {
      code: 'http.wrong_answer',
      severity: 'fails',
      what: `answers ${status}${who} instead of 200`,
      remedy: `Let ${sender ?? 'what answers there'} pass /.well-known/acme-challenge/ on to Usher, without log-in, block or maintenance page.`,
    };
  // White space at the end counts for nothing (RFC 8555 section 8.3).
  if (isWhole && body.trimEnd() === keyAuthorization) return undefined;
  return {
    code: 'http.wrong_body',
    severity: 'fails',
    what: `answers 200${who}, and not with our challenge but with "${visible(body, 40)}"`,
    remedy: 'Point the name at this Usher; another application answers, or an Usher with another database.',
  };
}
