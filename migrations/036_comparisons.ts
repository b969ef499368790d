import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('comparisons', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id');
    table.text('before_proof_id').notNullable().references('proofs.id');
    table.text('after_proof_id').notNullable().unique().references('proofs.id');
    table.text('pages').nullable();
    table.text('refusal').nullable();
    table.text('made_at').notNullable();
    table.index('order_id');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('comparisons');
}
