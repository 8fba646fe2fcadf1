import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { checkName, mostNames } from '../names/names.js';

/** `a.example, www.a.example; b.example`: two certificates, the first with two names. */
const parse = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(';')
        .map((names) => names.split(',').map((name) => name.trim()))
        .map((names) => names.filter((name) => name !== ''))
        .filter((names) => names.length > 0)
    : value;

const rule = 'must hold domain names, comma-separated, and semicolons between certificates; no wildcards';

/** Names of certificates, of which each can be proven with http-01; as they are typed. */
export function AreCertificates(): PropertyDecorator {
  return (target, property) => {
    Transform(parse)(target, property);
    ValidateBy({
      name: 'areCertificates',
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (given?: ValidationArguments) => `${rule}: ${problemOf(given?.value)}`,
      },
    })(target, property);
  };
}

/** Lower case A-labels, each once, of names that passed. */
export const normalised = (certificates: readonly string[][]): string[][] =>
  certificates.map((names) => [...new Set(names.flatMap((given) => nameOf(given) ?? []))]);

/** A CA of one's own may know `.internal`. */
const check = (given: string) => checkName(given, { allowSpecialNames: true });
const nameOf = (given: string) => check(given).name;

/** The first there is. It says where the name stands and not which it is, as all that is said of the environment does. */
function problemOf(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return 'there is none';
  const placeOf = new Map<string, number>();
  for (const [index, names] of (value as string[][]).entries()) {
    const certificate = index + 1;
    if (names.length > mostNames) return `certificate ${certificate} has more than ${mostNames} names`;
    for (const [position, given] of names.entries()) {
      const where = `name ${position + 1} of certificate ${certificate}`;
      const { name, problem } = check(given);
      if (problem !== undefined) return `${where} ${problem}`;
      // Two files of one name, or two certificates for one at the host: which would be served?
      const first = placeOf.get(name) ?? certificate;
      if (first !== certificate) return `${where} is in certificate ${first} already`;
      placeOf.set(name, certificate);
    }
  }
  return undefined;
}
