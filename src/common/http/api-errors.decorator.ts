import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Problem, type ErrorCode } from '#contracts';
import { errorStatus } from '../errors/app-error.js';
import { texts } from '../../i18n/languages.js';

/** The body is no JSON, is too large, or is not sent as JSON. */
const unreadableBody = [400, 413, 415];

const statusesOf = (code: ErrorCode): number[] =>
  code === 'request.invalid' ? [errorStatus[code].status, ...unreadableBody] : [errorStatus[code].status];

/** Documents the errors of a route, one OpenAPI response per status. `internal` is included. */
export function ApiErrors(...named: ErrorCode[]): MethodDecorator {
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
