import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Problem, type ErrorCode } from '#contracts';
import { catalogue } from '../errors/catalogue.js';

/** Documents the errors a route can answer with, one OpenAPI response a status. */
export function Answers(...codes: ErrorCode[]): MethodDecorator {
  const statuses = [...new Set(codes.map((code) => catalogue[code].status))];
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: codes
          .filter((code) => catalogue[code].status === status)
          .map((code) => `\`${code}\`: ${catalogue[code].title}`)
          .join('; '),
        content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${Problem.name}` } } },
      }),
    ),
  );
}
