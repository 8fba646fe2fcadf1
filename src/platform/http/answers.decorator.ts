import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Problem, type ErrorCode } from '#contracts';
import { catalogue } from '../errors/catalogue.js';
import { texts } from '../texts/languages.js';

/** What HTTP has a status for: no JSON, too much of it, not sent as JSON. */
const unreadableBody = [400, 413, 415];

const statusesOf = (code: ErrorCode): number[] =>
  code === 'request.invalid' ? [catalogue[code].status, ...unreadableBody] : [catalogue[code].status];

/** Documents the errors a route can answer with, one OpenAPI response a status. `internal` needs no mention. */
export function Answers(...named: ErrorCode[]): MethodDecorator {
  const codes: ErrorCode[] = [...named, 'internal'];
  return applyDecorators(
    ...[...new Set(codes.flatMap(statusesOf))].map((status) =>
      ApiResponse({
        status,
        description: codes
          .filter((code) => statusesOf(code).includes(status))
          .map((code) => `\`${code}\`: ${texts.en.problems[code].title}`)
          .join('; '),
        content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${Problem.name}` } } },
      }),
    ),
  );
}
