import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import type { Challenge } from '../challenge.service.js';
import { formatUrl, type ProbeResult } from './follow-redirects.js';
import type { HttpFailure, HttpReply } from './http-probe.js';
import type { Issue } from './issue.js';
import type { PreflightSettings } from './preflight-settings.js';

export interface ProbedAddress {
  name: string;
  address: string;
  result: ProbeResult;
}

interface Problem extends Pick<Issue, 'code' | 'severity' | 'remedy'> {
  /** Continues the phrase "ADDRESS ". */
  text: string;
}

/** Returns the issue of one address; `undefined` if it answers correctly without a redirect. */
export function httpIssue(
  probed: ProbedAddress,
  challenge: Challenge,
  settings: PreflightSettings,
): Issue | undefined {
  const { name, address, result } = probed;
  const problem = findProblem(result, challenge, settings);
  const last = result.redirects.at(-1);
  if (last === undefined) return problem && createIssue(probed, problem, `${address} ${problem.text}.`);
  const url = escapeControlChars(formatUrl(last, settings), 200);
  if (problem === undefined) return redirectIssue(probed, url, last.host !== name);
  const isElsewhere = last.host !== name && problem.code !== 'http.too_many_redirects';
  return createIssue(
    probed,
    isElsewhere ? { ...problem, ...elsewhere } : problem,
    `${address} redirects to ${url}, which ${problem.text}.`,
  );
}

const createIssue = (
  { name, address }: ProbedAddress,
  { code, severity, remedy }: Problem,
  problem: string,
): Issue => ({ code, severity, name, address, problem, remedy });

const elsewhere = {
  code: 'http.redirects_elsewhere',
  remedy:
    'Exclude /.well-known/acme-challenge/ from the redirect, or let its target forward this path to Usher.',
} as const;

const redirectIssue = ({ name, address }: ProbedAddress, url: string, isElsewhere: boolean): Issue => ({
  code: isElsewhere ? elsewhere.code : 'http.redirects',
  severity: 'warns',
  name,
  address,
  problem: `${address} gives the right answer only after a redirect to ${url}.`,
  remedy: 'No action is required. Without the redirect less can fail.',
});

/** Returns the problem of the final answer; `undefined` if it is correct. */
export function findProblem(
  result: ProbeResult,
  challenge: Challenge,
  settings: PreflightSettings,
): Problem | undefined {
  const { end, redirects } = result;
  const port = redirects.at(-1)?.port ?? settings.httpPort;
  switch (end.kind) {
    case 'reply':
      return replyProblem(end, challenge);
    case 'stopped':
      return { ...elsewhere, severity: 'fails', text: `answers with ${end.reason}` };
    case 'too_many':
      return {
        code: 'http.too_many_redirects',
        severity: 'fails',
        text: `answers with ${end.reason}`,
        remedy: 'Check the redirects of /.well-known/acme-challenge/; they probably form a loop.',
      };
    default:
      return failureProblem(end, { port, seconds: settings.httpTimeoutMs / 1000, address: result.address });
  }
}

interface FailedRequest {
  port: number;
  seconds: number;
  address: string;
}

/** An unreachable IPv6 address is a warning only, because this machine may lack IPv6 while the CA has it. */
function failureProblem({ kind, detail }: HttpFailure, { port, seconds, address }: FailedRequest): Problem {
  const isIpv6 = address.includes(':');
  const severity = kind === 'unreachable' && isIpv6 ? 'warns' : 'fails';
  const cause = ` (${escapeControlChars(detail)})`;
  const text = {
    refused: `refuses connections on port ${port}`,
    timed_out: `does not accept a connection on port ${port} within ${seconds} seconds`,
    unreachable: `cannot be reached from this machine${cause}`,
    too_slow: `gives no complete answer on port ${port} within ${seconds} seconds`,
    not_http: `accepts a connection on port ${port} and does not answer with ${port === 443 ? 'HTTPS' : 'HTTP'}${cause}`,
  }[kind];
  const remedy = kind === 'unreachable' && isIpv6 ? remedies.no_ipv6 : remedies[kind];
  return { code: `http.${kind}`, severity, text, remedy };
}

const remedies = {
  refused: 'Let Usher, or the proxy before it, listen on this port, or remove the address from the DNS.',
  timed_out:
    'Open the port in the firewall or security group before this address, or remove the address from the DNS.',
  unreachable: 'Repair the route to this address, or remove the address from the DNS.',
  no_ipv6: 'Try from a machine with IPv6; if the address is not yours, remove the AAAA record from the DNS.',
  too_slow: 'Find out why the server or its proxy is slow; CAs do not wait longer.',
  not_http: 'Let the server speak plain HTTP on port 80, and TLS on port 443 only.',
};

function replyProblem(
  { status, sender, body, isComplete }: HttpReply,
  { keyAuthorization }: Challenge,
): Problem | undefined {
  const source = sender === undefined ? '' : ` (from ${sender})`;
  if (status === 404)
    return {
      code: 'http.not_found',
      severity: 'fails',
      text: `answers 404${source}: another application, or a proxy that does not forward the path`,
      remedy:
        'Forward /.well-known/acme-challenge/ to Usher with its path unchanged, or point the name at Usher.',
    };
  if (status !== 200)
    return {
      code: 'http.wrong_answer',
      severity: 'fails',
      text: `answers ${status}${source} instead of 200`,
      remedy: `Let ${sender ?? 'the server'} forward /.well-known/acme-challenge/ to Usher, without a login, block or maintenance page.`,
    };
  // Trailing white space is ignored (RFC 8555 section 8.3).
  if (isComplete && body.trimEnd() === keyAuthorization) return undefined;
  return {
    code: 'http.wrong_body',
    severity: 'fails',
    text: `answers 200${source} with "${escapeControlChars(body, 40)}" instead of the challenge`,
    remedy: 'Point the name at this Usher. Another application answers, or an Usher with another database.',
  };
}
