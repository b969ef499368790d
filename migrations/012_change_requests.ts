import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('change_requests', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id');
    table.text('proof_id').notNullable().references('proofs.id');
    table.integer('round').notNullable();
    table.text('note').nullable();
    table.text('artwork_id').nullable().references('artworks.id');
    table.text('requested_at').notNullable();
    table.unique(['order_id', 'round']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('change_requests');
}
