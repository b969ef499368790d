import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('proofs', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id');
    table.integer('version').notNullable();
    table.text('artwork_id').notNullable().references('artworks.id');
    table.text('artwork_sha256').notNullable();
    table.text('specification').notNullable();
    table.text('specification_sha256').notNullable();
    table.text('sha256').notNullable().unique().references('files.sha256');
    table.bigInteger('bytes').notNullable();
    table.integer('page_count').notNullable();
    table.text('pages').notNullable();
    table.text('report').notNullable();
    table.text('issued_at').notNullable();
    table.text('expires_at').notNullable();
    table.unique(['order_id', 'version']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('proofs');
}
