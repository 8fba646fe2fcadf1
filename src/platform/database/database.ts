import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/** A prepared statement. PostgreSQL parses and plans it once a connection, under its name. */
export interface Statement {
  name: string;
  text: string;
}

/**
 * SQL through TypeORM's own connection pool, as named statements: TypeORM's query builder sends unnamed ones, which took
 * 1.5 to 6 times as long for the same row (docs/adr/0003-sql-in-repositories.md).
 */
@Injectable()
export class Database {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({ ...statement, values });
    return rows;
  }

  async queryOne<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.query<Row>(statement, values))[0];
  }

  private get pool(): Pool {
    const { driver } = this.dataSource;
    if (!(driver instanceof PostgresDriver)) throw new TypeError('Usher runs on PostgreSQL');
    return driver.master as Pool;
  }
}
