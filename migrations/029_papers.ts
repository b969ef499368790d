import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('papers', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id');
    table.text('kind').notNullable().checkIn(['record', 'receipt']);
    table.text('subject_id').notNullable();
    table.text('sha256').notNullable().references('files.sha256');
    table.text('made_at').notNullable();
    table.unique(['kind', 'subject_id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('papers');
}
