import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('tasks', (table) => {
    table.text('id').primary();
    table.text('kind').notNullable();
    table.text('payload').notNullable();
    table.text('order_id').nullable().index();
    table.text('key').nullable().unique();
    table.text('state').notNullable().checkIn(['ready', 'leased', 'done', 'void', 'parked']);
    table.text('run_at').notNullable();
    table.text('lease_until').nullable();
    table.text('leased_by').nullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.integer('generation').notNullable().defaultTo(0);
    table.text('last_error').nullable();
    table.text('created_at').notNullable();
    table.text('ended_at').nullable();
    table.index(['state', 'run_at']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('tasks');
}
