import { beforeAll, expect, it } from '@jest/globals';
import { createDatabase, openDatabase } from '../../../test/support/drivers/database.js';
import { Clock } from '../../common/clock/clock.js';
import { KeyRing } from '../../common/crypto/key-ring.js';
import { SealedBox } from '../../common/crypto/sealed-box.js';
import { Database } from '../../common/database/database.js';
import { AcmeAccount, Certificate } from './acme.entities.js';
import { CertificatesRepository } from './certificates.repository.js';

const database = openDatabase(createDatabase);
let certificates: CertificatesRepository;
beforeAll(async () => {
  const dataSource = await database.migrate([AcmeAccount, Certificate]);
  const sealedBox = new SealedBox(
    new KeyRing({ sessionSecrets: ['a-session-secret-of-the-tests'] }),
    new Clock(),
  );
  certificates = new CertificatesRepository(new Database(dataSource), sealedBox);
});

const at = new Date();
const issued = { chain: 'chain', serial: '01', notBefore: at, notAfter: at, at };

/** Creates an open order. */
async function order(name: string): Promise<number> {
  await certificates.markWanted([name], at);
  const { id } = (await certificates.find([name])) ?? { id: -1 };
  await certificates.beginOrder(id, 'directory', 'the key');
  await certificates.recordOrder(id, 'the order');
  return id;
}

const notCurrent = 'Another process has continued this order';

it('keeps the key of a certificate when two processes record it', async () => {
  const id = await order('twice.example.com');
  await certificates.recordIssued(id, 'the order', issued);
  await expect(certificates.recordIssued(id, 'the order', issued)).rejects.toThrow(notCurrent);
  expect(await certificates.findKey(id)).toBe('the key');
});

it('does not give a certificate the key of another order', async () => {
  const id = await order('another.example.com');
  await certificates.beginOrder(id, 'directory', 'another key');
  await certificates.recordOrder(id, 'another order');
  await expect(certificates.recordIssued(id, 'the order', issued)).rejects.toThrow(notCurrent);
  await expect(certificates.recordOrder(id, 'the order')).rejects.toThrow(notCurrent);
  await certificates.dropOrder(id, 'the order');
  expect(await certificates.findOrderKey(id)).toBe('another key');
  expect(await certificates.find(['another.example.com'])).toMatchObject({
    orderUrl: 'another order',
    chain: null,
  });
});
