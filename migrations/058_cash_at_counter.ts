import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.integer('tendered_cents').nullable();
    table.integer('change_cents').nullable();
    table.integer('rounding_cents').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropColumns('tendered_cents', 'change_cents', 'rounding_cents');
  });
}
