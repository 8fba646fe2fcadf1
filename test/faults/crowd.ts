import { newPerson, type Person } from './person.js';
import type { Random } from './random.js';

/** Who there is, and what they can do next. One thing at a time. */
export class Crowd {
  readonly everybody: Person[] = [];
  /** In the table of the old application, and nowhere else. */
  private readonly legacy: Person[];
  private readonly idle: Person[] = [];
  private newcomers = 0;

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

  newcomer(): Person {
    this.newcomers += 1;
    const person = newPerson(this.newcomers, 'newcomer');
    this.everybody.push(person);
    return person;
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
