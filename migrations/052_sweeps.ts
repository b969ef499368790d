import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('sweeps', (table) => {
    table.text('id').primary();
    table.text('started_at').notNullable().index();
    table.text('ended_at').notNullable();
    table.integer('is_long').notNullable();
    table.integer('looked').notNullable();
    table.integer('repaired').notNullable();
    table.text('unresolved').notNullable();
    table.text('failure').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sweeps');
}
