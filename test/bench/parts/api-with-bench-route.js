/** The built API with one route more, behind its guards, that needs no database: what remains is the guards and the server. */
import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { AppModule } from '../../../dist/src/app.module.js';
import { createApp } from '../../../dist/src/create-app.js';

class BenchController {
  answer() {
    return { status: 'ok' };
  }
}
Get('bench')(
  BenchController.prototype,
  'answer',
  Object.getOwnPropertyDescriptor(BenchController.prototype, 'answer'),
);
Controller()(BenchController);
Reflect.defineMetadata('controllers', [BenchController], AppModule);

const app = await createApp();
await app.listen(Number(process.env.PORT), '127.0.0.1');
