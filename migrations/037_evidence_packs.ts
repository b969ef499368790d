import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('evidence_packs', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('kind').notNullable().checkIn(['bank', 'court']);
    table.text('head_sha256').notNullable();
    table.text('sha256').notNullable().references('files.sha256');
    table.bigInteger('bytes').notNullable();
    table.integer('pages').nullable();
    table.text('made_by').nullable().references('staff.id');
    table.text('made_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('evidence_packs');
}
