import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AwsAuthRequest, ForgotPasswordRequest, ResetPasswordRequest, SignInRequest } from '#contracts';
import { AppError } from '../errors/app-error.js';
import { parseBody } from './parse-body.js';

function refusal(type: new () => object, body: unknown): AppError {
  try {
    parseBody(type, body);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

const fields = (type: new () => object, body: unknown) =>
  refusal(type, body).errors?.map(({ field }) => field);

describe('parseBody', () => {
  it('gives an instance of the contract class and leaves text as it is', () => {
    const body = { email: ' Ada@Example.com ', password: '  two spaces  ' };
    const parsed = parseBody(SignInRequest, body);
    expect(parsed).toBeInstanceOf(SignInRequest);
    expect({ ...parsed }).toEqual(body);
  });

  it.each([[null], [undefined], [[]], [[{ email: 'a@b.c' }]], ['text'], [7], [true]])(
    'refuses %j as a body',
    (body) => {
      expect(refusal(SignInRequest, body).errors).toEqual([
        { field: '', message: 'the body must be a JSON object' },
      ]);
    },
  );

  it.each([
    ['a number', 7],
    ['an array', ['ada@example.com']],
    ['an object', { $ne: null }],
    ['null', null],
    ['nothing', undefined],
    ['NUL', 'ada\u0000@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['a line break', 'ada@example.com\r\nBcc: all@example.com'],
    ['no @', 'ada'],
    ['two @', 'a@b@c'],
    ['255 characters', `${'a'.repeat(243)}@example.com`],
  ])('names an e-mail that is %s', (_what, email) => {
    expect(fields(ForgotPasswordRequest, { email })).toEqual(['email']);
  });

  it.each([
    'ada+tag@example.com',
    '"with space"@example.com',
    'jürgen@exämple.de',
    ' spaced@example.com ',
    `${'a'.repeat(242)}@example.com`,
  ])('accepts the odd but valid address %s', (email) => {
    expect(parseBody(ForgotPasswordRequest, { email }).email).toBe(email);
  });

  it.each([['x'.repeat(257)], [''], [12345678], [['password']], [{}], ['nul\u0000'], ['\udc00']])(
    'names a password that cannot be one',
    (password) => expect(fields(SignInRequest, { email: 'a@b.c', password })).toEqual(['password']),
  );

  it('names unknown fields, cut to a length', () => {
    const name = 'x'.repeat(5000);
    const { errors } = refusal(SignInRequest, { email: 'a@b.c', password: 'x', [name]: 1 });
    expect(errors).toEqual([{ field: 'x'.repeat(100), message: 'is not a field of this request' }]);
  });

  it('never throws anything but request.invalid, whatever comes', () => {
    const types = fc.constantFrom(SignInRequest, ForgotPasswordRequest, ResetPasswordRequest, AwsAuthRequest);
    const known = fc.constantFrom(
      'email',
      'password',
      'code',
      'passwordConfirmation',
      'access_token',
      '__proto__',
      'toString',
    );
    fc.assert(
      fc.property(types, fc.oneof(fc.jsonValue(), fc.dictionary(known, fc.jsonValue())), (type, body) => {
        try {
          parseBody<object>(type, body);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toHaveProperty('code', 'request.invalid');
        }
      }),
    );
  });
});
