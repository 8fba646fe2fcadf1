import type { components, operations } from './schema.js';

/** A schema of the OpenAPI document, such as `Schema<'MeResponse'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export type OperationId = keyof operations;

/** How an operation is called. */
export interface Route {
  method: string;
  path: string;
  /** Names of parameters. */
  query?: string[];
  header?: string[];
  hasBody?: boolean;
  /** Whether it needs an access token or the session cookie; `optional`: the cookie, or a refresh token in the body. */
  session?: 'required' | 'optional';
}

interface AnyOperation {
  parameters: { path?: unknown; query?: unknown; header?: unknown };
  requestBody?: unknown;
  responses: unknown;
}

/** `unknown` where the operation has no such part, which an intersection ignores. */
type Given<Part> = [NonNullable<Part>] extends [never] ? unknown : NonNullable<Part>;
type Json<Body> = Body extends { content: { 'application/json': infer Value } } ? Value : unknown;
type Flat<Parts> = { [Member in keyof Parts]: Parts[Member] };

type InputOf<Operation extends AnyOperation> = Flat<
  Given<Operation['parameters']['path']> &
    Given<Operation['parameters']['query']> &
    Given<Operation['parameters']['header']> &
    Json<Given<Operation['requestBody']>>
>;

/** The parameters of an operation and the members of its body, in one object. */
export type Input<Id extends OperationId> = InputOf<operations[Id]>;

type Success = 200 | 202 | 204;
type Value<Response> = Response extends { content: infer Content } ? Content[keyof Content] : undefined;

/** The response of an operation; `undefined` if it has no body. */
export type Output<Id extends OperationId> = {
  [Status in Success & keyof operations[Id]['responses']]: Value<operations[Id]['responses'][Status]>;
}[Success & keyof operations[Id]['responses']];

export interface CallOptions {
  /** Aborts the request. The method then throws the reason of the signal. */
  signal?: AbortSignal;
}

type Arguments<Id extends OperationId> = keyof Input<Id> extends never
  ? [input?: undefined, options?: CallOptions]
  : Record<never, never> extends Input<Id>
    ? [input?: Input<Id>, options?: CallOptions]
    : [input: Input<Id>, options?: CallOptions];

/** One method per operation. @throws UsherError, UsherUnreachableError */
export type Operations = {
  [Id in OperationId]: (...given: Arguments<Id>) => Promise<Output<Id>>;
};
