import { readFileSync } from 'node:fs';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { problemOfCertificates } from '../crypto/pem-certificates.js';

/** The path of a PEM file with certificates that can be read. Better known at the start than at the first renewal. */
export const IsCaBundle = (): PropertyDecorator =>
  ValidateBy({
    name: 'isCaBundle',
    validator: {
      validate: (value: unknown) => problemOf(String(value)) === undefined,
      defaultMessage: (given?: ValidationArguments) =>
        `must be the path of a PEM file with certificates: ${problemOf(String(given?.value))}`,
    },
  });

function problemOf(path: string): string | undefined {
  try {
    return problemOfCertificates(readFileSync(path, 'utf8'));
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}
