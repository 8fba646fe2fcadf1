import { AppError } from '../../platform/errors/app-error.js';

/** A row's key as an address carries it. @throws AppError `request.not_found` for what no row can have */
export function idOf(text: string): number {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) throw new AppError('request.not_found');
  return id;
}
