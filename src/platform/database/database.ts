import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg, { type Pool, type QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { AppError } from '../errors/app-error.js';
import { isUnreachable } from './unreachable.js';

/** A prepared statement. PostgreSQL parses and plans it once a connection, under its name. */
export interface Statement {
  name: string;
  text: string;
  /** For the few that read a whole table. */
  patienceMs?: number;
}

/** Our statements take milliseconds. On a network that lost its way nobody would ever be told, and all would wait. */
const patienceMs = 5000;

/** Seconds. PostgreSQL restarts and fails over within a few. */
const retryAfter = 5;

/**
 * SQL through TypeORM's own connection pool, as named statements: TypeORM's query builder sends unnamed ones, which took
 * 1.5 to 6 times as long for the same row (docs/adr/0003-sql-in-repositories.md).
 */
@Injectable()
export class Database {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws AppError `overloaded` while the database is away */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    try {
      return await this.send<Row>(statement, values);
    } catch (error) {
      throw isUnreachable(error) ? new AppError('overloaded', { cause: error, retryAfter }) : error;
    }
  }

  async queryOne<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.query<Row>(statement, values))[0];
  }

  private async send<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const { name, text } = statement;
    const query = { text, values, query_timeout: statement.patienceMs ?? patienceMs };
    try {
      return (await this.pool.query<Row>({ ...query, name })).rows;
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      // Somebody changed a column's type. PostgreSQL plans anew when asked under another name.
      return (await this.pool.query<Row>(query)).rows;
    }
  }

  private get pool(): Pool {
    const { driver } = this.dataSource;
    if (!(driver instanceof PostgresDriver)) throw new TypeError('Usher runs on PostgreSQL');
    return driver.master as Pool;
  }
}

const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '0A000' && error.message.includes('cached plan');
