import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('sessions', (table) => {
    table.text('token_sha256').primary();
    table.text('staff_id').notNullable().references('staff.id');
    table.text('user_agent').notNullable();
    table.text('created_at').notNullable();
    table.text('seen_at').notNullable();
    table.text('expires_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sessions');
}
