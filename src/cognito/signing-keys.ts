import { createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { findJwkInJwks, isJwks, type Jwk, type Jwks } from 'aws-jwt-verify/jwk';
import type { Json } from 'aws-jwt-verify/safe-json-parse';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';

/** Milliseconds. */
const downloadTimeout = 3000;
const shortestInterval = 1000;
const refreshInterval = 5 * 60 * 1000;

/**
 * The public keys of our user pool. Whoever needs a key that is not there waits for a download that begins after the
 * question came; there is one download at a time for everybody, and one begins each second at most. So a rotation of keys
 * fails no request, and a stranger who makes key ids up can neither flood the pool nor have honest tokens refused.
 */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly url: string;
  private readonly listeners: (() => void)[] = [];
  private readonly keyObjects = new WeakMap<Jwk, KeyObject>();
  private text = '';
  private jwks: Jwks = { keys: [] };
  private underWay: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private lastBegan = 0;
  private refreshing: NodeJS.Timeout | undefined;
  private learnDate: ((date: string, askedAt: number) => void) | undefined;

  constructor(
    { cognito }: Config,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.url = cognito.jwksUrl;
  }

  /** Loads the keys before the first request. Should that fail, the first request tries again. */
  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    this.refreshing = setInterval(() => void this.refresh(), refreshInterval).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.refreshing);
  }

  /** Without any, no token can be checked. */
  get areKnown(): boolean {
    return this.jwks.keys.length > 0;
  }

  /** @param learn is told the `Date` of every download, and when it was asked for (`Clock.elapsed`) */
  onDate(learn: (date: string, askedAt: number) => void): void {
    this.learnDate = learn;
  }

  /** Calls back whenever a key came or went. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  find(kid: string): Jwk | undefined {
    return findJwkInJwks(this.jwks, kid);
  }

  /**
   * Looks at the pool before it says that there is no such key.
   * @throws Error when the pool's keys cannot be had
   */
  async findAtPool(kid: string): Promise<Jwk | undefined> {
    if (this.underWay) await this.underWay;
    // That download may have begun before the key was published. One that begins now tells for certain.
    if (!this.find(kid)) await this.download();
    return this.find(kid);
  }

  /** Made once for each key, which takes about as long as a signature check. */
  readonly toKeyObject = (jwk: Jwk): KeyObject => {
    const known = this.keyObjects.get(jwk);
    if (known) return known;
    const keyObject = createPublicKey({ key: jwk, format: 'jwk' });
    this.keyObjects.set(jwk, keyObject);
    return keyObject;
  };

  /** Also without need, so that keys which the pool has given up do not live on here. */
  async refresh(): Promise<void> {
    try {
      await this.download();
    } catch (error) {
      this.log.warn("the user pool's signing keys could not be downloaded", { error });
    }
  }

  /** A download that has not begun yet, shared by all who ask until it does. */
  private download(): Promise<void> {
    this.next ??= this.downloadInTurn();
    return this.next;
  }

  private async downloadInTurn(): Promise<void> {
    // Its failure is for those who wait for that one.
    await this.underWay?.catch(() => undefined);
    const untilNext = this.lastBegan + shortestInterval - this.clock.now().getTime();
    // Never longer, should somebody set the clock back: whoever shows a token waits for this.
    await this.clock.sleep(Math.min(shortestInterval, untilNext));
    this.lastBegan = this.clock.now().getTime();
    this.next = undefined;
    this.underWay = this.fetchKeys().finally(() => (this.underWay = undefined));
    await this.underWay;
  }

  /** With our own fetcher, because the library's speaks https only and a local pool has no certificate. */
  private async fetchKeys(): Promise<void> {
    const askedAt = this.clock.elapsed();
    const response = await fetch(this.url, { signal: AbortSignal.timeout(downloadTimeout) });
    if (!response.ok) throw new Error(`the key set answered with status ${response.status}`);
    this.learnDate?.(response.headers.get('date') ?? '', askedAt);
    const text = await response.text();
    const jwks = JSON.parse(text) as Json;
    if (!isJwks(jwks) || jwks.keys.length === 0) throw new Error('the answer is no key set');
    if (text === this.text) return;
    this.text = text;
    this.jwks = jwks;
    for (const listener of this.listeners) listener();
  }
}
