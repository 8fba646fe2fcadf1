import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Clock } from '../../platform/clock/clock.js';
import { Keys } from '../../platform/crypto/keys.js';
import { Seal } from '../../platform/crypto/seal.js';
import { dataSourceOptions } from '../../platform/database/data-source-options.js';
import { Database } from '../../platform/database/database.js';
import { openMigratedDataSource } from '../../platform/database/migrate.js';
import { CertificatesRepository } from './certificates.repository.js';

let database: TestDatabase;
let dataSource: DataSource;
let certificates: CertificatesRepository;
beforeAll(async () => {
  database = await createDatabase();
  dataSource = await openMigratedDataSource(dataSourceOptions(database.url));
  const seal = new Seal(new Keys({ sessionSecrets: ['a-session-secret-of-the-tests'] }), new Clock());
  certificates = new CertificatesRepository(new Database(dataSource), seal);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const at = new Date();
const issued = { chain: 'chain', serial: '01', notBefore: at, notAfter: at, at };

/** An order under way. */
async function order(name: string): Promise<number> {
  await certificates.want([name], at);
  const { id } = (await certificates.find([name])) ?? { id: -1 };
  await certificates.beginOrder(id, 'directory', 'the key');
  await certificates.recordOrder(id, 'the order');
  return id;
}

const notOurs = 'Another process has gone on with this order';

it('keeps the key of a certificate that two processes record', async () => {
  const id = await order('twice.example.com');
  await certificates.recordIssued(id, 'the order', issued);
  await expect(certificates.recordIssued(id, 'the order', issued)).rejects.toThrow(notOurs);
  expect(await certificates.key(id)).toBe('the key');
});

it('does not give a certificate the key of another order', async () => {
  const id = await order('another.example.com');
  await certificates.beginOrder(id, 'directory', 'another key');
  await certificates.recordOrder(id, 'another order');
  await expect(certificates.recordIssued(id, 'the order', issued)).rejects.toThrow(notOurs);
  await expect(certificates.recordOrder(id, 'the order')).rejects.toThrow(notOurs);
  await certificates.dropOrder(id, 'the order');
  expect(await certificates.orderKey(id)).toBe('another key');
  expect(await certificates.find(['another.example.com'])).toMatchObject({
    orderUrl: 'another order',
    chain: null,
  });
});
