import { applyDecorators, Post } from '@nestjs/common';
import { RouteConfig, RouteConstraints } from '@nestjs/platform-fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** The content type of HTML forms (URL Standard, section 5). */
export const formType = 'application/x-www-form-urlencoded';

const isForm = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean =>
  type.split(';', 1)[0]?.trim().toLowerCase() === formType;

/** A route for a form. The same path may have another POST route, for JSON. */
export const FormPost = (path: string): MethodDecorator =>
  applyDecorators(Post(path), RouteConfig({ form: true }), RouteConstraints({ content: 'form' }));

/** Whether the route of a request accepts a form. Routes of the API accept JSON only. */
export const acceptsForm = ({ routeOptions }: { routeOptions: { config: object } }): boolean =>
  'form' in routeOptions.config;

/** The names and values of a form; of a repeated name the last one. */
export const parseForm = (body: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body));

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Route = Parameters<ReturnType<Strategy['storage']>['set']>[1];

/** Lets the router choose among routes of one path by content type (Fastify, "Routes", section "Constraints"). */
export function routeForms(fastify: FastifyInstance): void {
  fastify.addConstraintStrategy({
    name: 'content',
    // Without a route for forms, the other one answers 415.
    mustMatchWhenDerived: false,
    storage() {
      const routes = new Map<unknown, Route>();
      return {
        get: (content) => routes.get(content) ?? null,
        set: (content, route) => void routes.set(content, route),
      };
    },
    deriveConstraint: ({ headers }) => (isForm(headers) ? 'form' : undefined),
  });
}
