import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('artworks', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('file_sha256').notNullable().references('files.sha256');
    table.text('name').notNullable();
    table.bigInteger('bytes').notNullable();
    table.text('sent_by').notNullable().checkIn(['customer', 'staff']);
    table.text('created_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('artworks');
}
