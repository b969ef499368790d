import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('tablets', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.text('token_sha256').nullable().unique();
    table.text('pairing_code').nullable().unique();
    table.text('pairing_expires_at').nullable();
    table.text('paired_at').nullable();
    table.text('paired_by').nullable().references('staff.id');
    table.text('seen_at').nullable();
    table.text('forgotten_at').nullable();
    table.text('created_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('tablets');
}
