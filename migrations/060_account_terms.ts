import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('account_terms', (table) => {
    table.text('id').primary();
    table.text('customer_id').notNullable().references('customers.id').index();
    table.integer('limit_cents').notNullable();
    table.text('currency').notNullable();
    table.integer('days').notNullable();
    table.text('note').nullable();
    table.text('granted_by').notNullable().references('staff.id');
    table.text('granted_at').notNullable();
  });
  await db.schema.createTable('account_revocations', (table) => {
    table.text('terms_id').primary().references('account_terms.id');
    table.text('revoked_by').notNullable().references('staff.id');
    table.text('revoked_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('account_revocations');
  await db.schema.dropTable('account_terms');
}
