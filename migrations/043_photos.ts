import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('photos', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('kind').notNullable().checkIn(['quality', 'delivery', 'claim']);
    table.text('subject_id').nullable().index();
    table.integer('page').nullable();
    table.text('file_sha256').notNullable().references('files.sha256');
    table.text('name').notNullable();
    table.bigInteger('bytes').notNullable();
    table.text('media_type').notNullable();
    table.text('staff_id').nullable().references('staff.id');
    table.text('received_at').notNullable();
  });
  await db.schema.alterTable('files', (table) => {
    table.text('shown_sha256').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('files', (table) => {
    table.dropColumn('shown_sha256');
  });
  await db.schema.dropTable('photos');
}
