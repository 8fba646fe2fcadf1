import { newPerson, type Person } from './person.js';
import type { Random } from './random.js';

const maxWaiting = 4;

/** All simulated people. Each of them does one thing at a time. */
export class Load {
  readonly everybody: Person[] = [];
  /** Not migrated yet. */
  private readonly legacy: Person[];
  private readonly idle: Person[] = [];
  private newcomers = 0;
  private waiting = 0;

  constructor(
    legacy: Person[],
    private readonly random: Random,
  ) {
    this.legacy = [...legacy];
    this.everybody.push(...legacy);
  }

  nextLegacy(): Person | undefined {
    return this.legacy.shift();
  }

  /** Undefined while `maxWaiting` people wait for mail, so that other traffic continues during a mail outage. */
  newcomer(): Person | undefined {
    if (this.waiting >= maxWaiting) return undefined;
    this.waiting += 1;
    this.newcomers += 1;
    const person = newPerson(this.newcomers, 'newcomer');
    this.everybody.push(person);
    return person;
  }

  mailReceived(): void {
    this.waiting -= 1;
  }

  /** An idle person who has signed in before. */
  take(suits: (person: Person) => boolean = () => true): Person | undefined {
    const suitable = this.idle.filter(suits);
    if (suitable.length === 0) return undefined;
    const person = this.random.pick(suitable);
    this.idle.splice(this.idle.indexOf(person), 1);
    return person;
  }

  release(person: Person): void {
    this.idle.push(person);
  }
}
