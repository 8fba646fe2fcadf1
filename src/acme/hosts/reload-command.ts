import { spawn } from 'node:child_process';
import { inheritedVariables } from '../../platform/config/inherited.js';
import { HostError } from './host-error.js';

const defaultTimeoutMs = 60_000;

/** What the command is told of the certificate, by certbot's names for the variables of its deploy hooks. */
export interface Renewed {
  /** The directory of the files, from the root. */
  RENEWED_LINEAGE: string;
  /** The names, with spaces between them. */
  RENEWED_DOMAINS: string;
}

/**
 * Tells the server that its files are new. Goes through the shell, as certbot's deploy hooks do
 * (https://eff-certbot.readthedocs.io/en/stable/using.html#renewal-hooks).
 * What the command writes goes nowhere: it stands beside a private key, and a daemon it starts may keep its output open. For the same
 * reason it does not get the secrets of the service's environment.
 */
export function runReloadCommand(
  command: string,
  renewed: Renewed,
  timeoutMs = defaultTimeoutMs,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...inheritedVariables(), ...renewed };
    // A group of its own, so that a time-out ends what the shell has started as well.
    const child = spawn(command, { shell: true, stdio: 'ignore', detached: true, env });
    const timer = setTimeout(() => {
      reject(new HostError('unavailable', `The reload command did not end within ${timeoutMs} ms.`));
      endGroup(child.pid);
    }, timeoutMs);
    child.once('error', () => {
      clearTimeout(timer);
      reject(new HostError('misconfigured', 'The reload command could not be started.'));
    });
    child.once('exit', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve();
      else reject(failure(status, signal));
    });
  });
}

function failure(status: number | null, signal: string | null): HostError {
  if (status === null) return new HostError('refused', `The reload command was ended by ${signal}.`);
  // "Exit Status for Commands" of POSIX: found but not executable, and not found.
  const reason = status === 126 || status === 127 ? 'misconfigured' : 'refused';
  return new HostError(reason, `The reload command ended with status ${status}.`);
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}
