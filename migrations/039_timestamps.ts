import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('timestamps', (table) => {
    table.text('kind').notNullable();
    table.text('subject_id').notNullable();
    table.text('order_id').nullable().references('orders.id').index();
    table.text('imprint_sha256').notNullable();
    table.text('token').notNullable();
    table.text('gen_time').notNullable();
    table.text('serial').notNullable();
    table.text('tsa').notNullable();
    table.text('received_at').notNullable();
    table.primary(['kind', 'subject_id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('timestamps');
}
