import { newPerson, type Person } from './person.js';
import type { Random } from './random.js';

const mostWaiting = 4;

/** Who there is, and what they can do next. One thing at a time. */
export class Crowd {
  readonly everybody: Person[] = [];
  /** In the table of the old application, and nowhere else. */
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

  /** None while many wait for their mail: when no mail comes, everything else has to go on. */
  newcomer(): Person | undefined {
    if (this.waiting >= mostWaiting) return undefined;
    this.waiting += 1;
    this.newcomers += 1;
    const person = newPerson(this.newcomers, 'newcomer');
    this.everybody.push(person);
    return person;
  }

  /** A newcomer has what there was to wait for, or never will. */
  arrived(): void {
    this.waiting -= 1;
  }

  /** Somebody who has signed in and is doing nothing just now. */
  take(suits: (person: Person) => boolean = () => true): Person | undefined {
    const suitable = this.idle.filter(suits);
    if (suitable.length === 0) return undefined;
    const person = this.random.pick(suitable);
    this.idle.splice(this.idle.indexOf(person), 1);
    return person;
  }

  giveBack(person: Person): void {
    this.idle.push(person);
  }
}
