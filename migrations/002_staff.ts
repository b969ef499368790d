import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('staff', (table) => {
    table.text('id').primary();
    table.text('email').notNullable().unique();
    table.text('name').notNullable();
    table.text('role').notNullable().checkIn(['staff', 'owner']);
    table.text('password_hash').notNullable();
    table.integer('is_active').notNullable().defaultTo(1);
    table.text('created_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('staff');
}
