import { createPublicKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { findJwkInJwks, isJwks, type Jwk, type Jwks } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import { Clock } from '../common/clock/clock.js';
import { type CognitoConfig, cognitoConfig } from '../common/config/cognito.config.js';
import { Log } from '../common/logging/log.js';

/** Milliseconds. */
const downloadTimeout = 3000;
const minInterval = 1000;
const refreshInterval = 5 * 60 * 1000;

/**
 * The public keys of the user pool (JWKS). A lookup of an unknown key waits for a download that begins after the lookup;
 * downloads are single-flight and at most one a second. So a key rotation fails no request, and tokens with invented key
 * ids can neither flood the pool nor cause valid tokens to be refused.
 */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly url: string;
  private readonly listeners: (() => void)[] = [];
  private readonly keyObjects = new WeakMap<Jwk, KeyObject>();
  private text = '';
  private jwks: Jwks = { keys: [] };
  private current: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private lastStartedAt = 0;
  private refreshTimer: NodeJS.Timeout | undefined;
  private learnDate: ((date: string, sentAt: number) => void) | undefined;

  constructor(
    @Inject(cognitoConfig.KEY) cognito: CognitoConfig,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.url = cognito.jwksUrl;
  }

  /** Loads the keys before the first request, which retries a failed download. */
  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    this.refreshTimer = setInterval(() => void this.refresh(), refreshInterval).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.refreshTimer);
  }

  get areKnown(): boolean {
    return this.jwks.keys.length > 0;
  }

  /** @param learn called with the `Date` header of every download, and `Clock.elapsed()` at the request */
  onDate(learn: (date: string, sentAt: number) => void): void {
    this.learnDate = learn;
  }

  /** @param listener called when the key set changes */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  find(kid: string): Jwk | undefined {
    return findJwkInJwks(this.jwks, kid);
  }

  /**
   * Downloads the key set before it returns undefined.
   * @throws Error when the download fails
   */
  async findAtPool(kid: string): Promise<Jwk | undefined> {
    if (this.current) await this.current;
    // That download may have begun before the key was published.
    if (!this.find(kid)) await this.download();
    return this.find(kid);
  }

  /** Cached: creating it takes about as long as a signature check. */
  readonly toKeyObject = (jwk: Jwk): KeyObject => {
    const known = this.keyObjects.get(jwk);
    if (known) return known;
    const keyObject = createPublicKey({ key: jwk, format: 'jwk' });
    this.keyObjects.set(jwk, keyObject);
    return keyObject;
  };

  /** Also without an unknown key, so that keys removed from the pool are removed here. */
  async refresh(): Promise<void> {
    try {
      await this.download();
    } catch (error) {
      this.log.warn('failed to download the signing keys of the user pool', { error });
    }
  }

  /** A download that has not begun yet, shared by all callers until it begins. */
  private download(): Promise<void> {
    this.next ??= this.downloadInTurn();
    return this.next;
  }

  private async downloadInTurn(): Promise<void> {
    // Its error is reported to its own callers.
    await this.current?.catch(() => undefined);
    const untilNext = this.lastStartedAt + minInterval - this.clock.now().getTime();
    // At most `minInterval`, also after the clock was set back: requests wait for this.
    await this.clock.sleep(Math.min(minInterval, untilNext));
    this.lastStartedAt = this.clock.now().getTime();
    this.next = undefined;
    this.current = this.fetchKeys().finally(() => (this.current = undefined));
    await this.current;
  }

  /** Not the library's fetcher, which requires https; the local user pool has no certificate. */
  private async fetchKeys(): Promise<void> {
    const sentAt = this.clock.elapsed();
    const response = await fetch(this.url, { signal: AbortSignal.timeout(downloadTimeout) });
    if (!response.ok) throw new Error(`download of the key set failed with status ${response.status}`);
    // With an age, `Date` is the time of the cached response (RFC 9111, section 5.1).
    if (!Number(response.headers.get('age'))) this.learnDate?.(response.headers.get('date') ?? '', sentAt);
    const text = await response.text();
    const jwks = JSON.parse(text) as Json;
    if (!isJwks(jwks) || jwks.keys.length === 0) throw new Error('the response is not a key set');
    if (text === this.text) return;
    this.text = text;
    this.jwks = jwks;
    for (const listener of this.listeners) listener();
  }
}
